#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hearth::storage {

/// Content of `hearth.format`: what a directory says about itself.
struct store_format {
  std::string engine;
  std::uint32_t version = 1;
  std::uint64_t store = 0; ///< number of the store; 0: none, which segments never have

  friend bool operator==(const store_format&, const store_format&) = default;
};

/// Reads `hearth.format` in `directory`, for any engine and version; nothing if it does not exist. Errors: unsupported
/// (not written by a known version of hearth), io.
[[nodiscard]] result<std::optional<store_format>> read_format(file_system& files, const std::string& directory);

/// Checks `hearth.format` in `directory` without changing anything; nothing if it does not exist. Errors: unsupported
/// (another engine or version than expected, or not written by hearth; a directory of the files engine of hearth 0.1
/// is refused with a sentence of its own), io.
[[nodiscard]] result<std::optional<store_format>> check_format(file_system& files, const std::string& directory,
                                                               const std::string& engine, std::uint32_t version);

/// The folder in a store's directory where a repair puts damaged files.
inline constexpr const char* damaged_folder_name = "damaged";

/// Writes `hearth.format` through a temporary name and syncs it. Errors: io, no_space; then neither name is left.
[[nodiscard]] result<void> write_format(file_system& files, const std::string& directory, const store_format& format);

/// Undoes `write_format`, as far as the disk allows.
void remove_format(file_system& files, const std::string& directory);

/// Whether a name is one of those beside the folder of blocks in a store's directory: the format file, the lock, and
/// the folder of a repair.
[[nodiscard]] bool is_common_name(const std::string& name);

} // namespace hearth::storage
