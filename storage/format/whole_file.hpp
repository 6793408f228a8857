#pragma once

#include "storage/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hearth::storage {

/// Writes `bytes` to `path` atomically: as a whole or not at all, through the temporary name `path`.writing. Errors:
/// io, no_space.
[[nodiscard]] result<void> replace_file(file_system& files, const std::string& path, std::span<const std::byte> bytes);

/// Reads a whole file. Errors: not_found, io, no_memory, invalid_argument (longer than `bytes_max`).
[[nodiscard]] result<std::vector<std::byte>> read_whole_file(file_system& files, const std::string& path,
                                                             std::uint64_t bytes_max);

} // namespace hearth::storage
