#pragma once

#include "actors/host/program/temporary_directory.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hearth::bench {

/// A fresh directory of this run, removed with all that is in it when this object goes. Move-only. Threads: one owner.
class workspace {
public:
  /// Makes one in `parent`, which must exist. Errors: io.
  [[nodiscard]] static storage::result<workspace> make(const std::string& parent);

  [[nodiscard]] const std::string& path() const noexcept { return directory_.path(); }

  /// An empty folder in it, for one store at a time: what an earlier one left goes. Errors: io.
  [[nodiscard]] storage::result<std::string> empty_folder() const;

private:
  explicit workspace(temporary_directory directory) : directory_(std::move(directory)) {}

  temporary_directory directory_;
};

/// Whether `needed_bytes` can be written below `directory`, and an eighth more. Errors: no_space, io.
[[nodiscard]] storage::result<void> check_free_space(const std::string& directory, std::uint64_t needed_bytes);

} // namespace hearth::bench
