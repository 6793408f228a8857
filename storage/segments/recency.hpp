#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::storage {

/// Name of the snapshot of recency, beside the segments.
inline constexpr const char* recency_name = "recency";

/// Bytes of a snapshot with this many entries, in whole pages.
[[nodiscard]] std::uint64_t recency_bytes(std::uint64_t entries) noexcept;

/// The order of use as it stands on disk: sequences, oldest use first.
[[nodiscard]] std::vector<std::byte> encode_recency(std::uint64_t store, const std::vector<std::uint64_t>& sequences);

/// The sequences of a snapshot. Errors: not_found, corrupt (also: of another store), unsupported (a later version), io,
/// no_memory.
[[nodiscard]] result<std::vector<std::uint64_t>> check_recency(file_system& files, const std::string& path,
                                                               std::uint64_t store);

/// The same for recovery: nothing if there is none that can be used. It is only a hint. Errors: none.
[[nodiscard]] std::vector<std::uint64_t> read_recency(file_system& files, const std::string& path, std::uint64_t store);

} // namespace hearth::storage
