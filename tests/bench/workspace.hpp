#pragma once

#include "actors/host/program/temporary_directory.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hearth::bench {

/// Temporary directory of this run; the destructor removes it with its contents. Move-only. Threads: one owner.
class workspace {
public:
  /// Creates one in `parent`, which must exist. Errors: io.
  [[nodiscard]] static storage::result<workspace> make(const std::string& parent);

  [[nodiscard]] const std::string& path() const noexcept { return directory_.path(); }

  /// An empty folder in it for one store at a time; removes that of the previous store. Errors: io.
  [[nodiscard]] storage::result<std::string> empty_folder() const;

private:
  explicit workspace(temporary_directory directory) : directory_(std::move(directory)) {}

  temporary_directory directory_;
};

/// Checks that `needed_bytes` plus an eighth can be written in `directory`. Errors: no_space, io.
[[nodiscard]] storage::result<void> check_free_space(const std::string& directory, std::uint64_t needed_bytes);

} // namespace hearth::bench
