#pragma once

#include "storage/file_system.hpp"

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

/// Nothing if there is none, or it is damaged or of another store: it is only a hint. Errors: none.
[[nodiscard]] std::vector<std::uint64_t> read_recency(file_system& files, const std::string& path, std::uint64_t store);

} // namespace hearth::storage
