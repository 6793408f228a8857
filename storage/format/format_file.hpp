#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hearth::storage {

/// What `hearth.format` says of a directory.
struct store_format {
  std::string engine;
  std::uint32_t version = 1;
  std::uint64_t store = 0; ///< number of the store, if its engine has use for one; 0: none

  friend bool operator==(const store_format&, const store_format&) = default;
};

/// What `hearth.format` in `directory` says, whatever the engine: nothing if it is not there. Errors: unsupported (not
/// written by a hearth that we know), io.
[[nodiscard]] result<std::optional<store_format>> read_format(file_system& files, const std::string& directory);

/// Checks `hearth.format` in `directory` without changing anything: nothing if it is not there.
/// Errors: unsupported (another engine or version than expected, or unreadable), io.
[[nodiscard]] result<std::optional<store_format>> check_format(file_system& files, const std::string& directory,
                                                               const std::string& engine, std::uint32_t version);

/// The folder in a store's directory where a repair puts aside what is damaged.
inline constexpr const char* damaged_folder_name = "damaged";

/// Writes `hearth.format`, through a temporary name, and syncs it. Errors: io, no_space; then neither name is left.
[[nodiscard]] result<void> write_format(file_system& files, const std::string& directory, const store_format& format);

/// Takes `write_format` back, as far as the disk lets it.
void remove_format(file_system& files, const std::string& directory);

/// Whether a name in a store's directory is one that every engine has: the format file, the lock, and what a
/// repair has put aside.
[[nodiscard]] bool is_common_name(const std::string& name);

} // namespace hearth::storage
