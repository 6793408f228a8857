#pragma once

#include "storage/errors.hpp"

#include <string>

namespace hearth {

/// Temporary directory: new, private (0700), and removed with its contents when this object is destroyed.
/// Move-only. Threads: one owner.
class temporary_directory {
public:
  /// Makes a directory under $TMPDIR, or /tmp if $TMPDIR is not set. Errors: io.
  [[nodiscard]] static storage::result<temporary_directory> make();

  /// Makes a directory in `parent`, which must exist, with a name that starts with `name`; a failure ends with
  /// `advice`. Errors: io.
  [[nodiscard]] static storage::result<temporary_directory> make_in(const std::string& parent, const std::string& name,
                                                                    const std::string& advice);

  temporary_directory(temporary_directory&& other) noexcept;
  temporary_directory& operator=(temporary_directory&& other) noexcept;
  ~temporary_directory();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Keeps the directory, for a person to inspect. After: this object owns no directory.
  void keep() noexcept { path_.clear(); }

private:
  explicit temporary_directory(std::string path) : path_(std::move(path)) {}

  std::string path_; ///< empty: moved from
};

} // namespace hearth
