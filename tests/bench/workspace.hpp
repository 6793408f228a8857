#pragma once

#include "storage/errors.hpp"

#include <cstdint>
#include <string>

namespace hearth::bench {

/// A fresh directory of this run, removed with all that is in it when this object goes. Move-only. Threads: one owner.
class workspace {
public:
  /// Makes one in `parent`, which must exist. Errors: io.
  [[nodiscard]] static storage::result<workspace> make(const std::string& parent);

  workspace(workspace&& other) noexcept;
  workspace& operator=(workspace&& other) noexcept;
  ~workspace();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// An empty folder in it, for one store at a time: what an earlier one left goes. Errors: io.
  [[nodiscard]] storage::result<std::string> empty_folder() const;

private:
  explicit workspace(std::string path) : path_(std::move(path)) {}

  std::string path_; ///< empty: moved away
};

/// Whether `needed_bytes` can be written below `directory`, and an eighth more. Errors: no_space, io.
[[nodiscard]] storage::result<void> check_free_space(const std::string& directory, std::uint64_t needed_bytes);

} // namespace hearth::bench
