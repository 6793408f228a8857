#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::storage {

/// File name of the recency snapshot, next to the segments.
inline constexpr const char* recency_name = "recency";

/// Size of a snapshot with this many entries, in bytes, rounded up to whole pages.
[[nodiscard]] std::uint64_t recency_bytes(std::uint64_t entries) noexcept;

/// Encodes the order of use for the disk. `sequences`: least recently used first.
[[nodiscard]] std::vector<std::byte> encode_recency(std::uint64_t store, const std::vector<std::uint64_t>& sequences);

/// Reads and verifies the sequences of a snapshot. Errors: not_found, corrupt (also: of another store), unsupported (a
/// later version), io, no_memory.
[[nodiscard]] result<std::vector<std::uint64_t>> check_recency(file_system& files, const std::string& path,
                                                               std::uint64_t store);

/// `check_recency` for recovery: empty if there is no usable snapshot, because the snapshot is only a hint. Errors:
/// none.
[[nodiscard]] std::vector<std::uint64_t> read_recency(file_system& files, const std::string& path, std::uint64_t store);

} // namespace hearth::storage
