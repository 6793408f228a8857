#include "storage/checksum.hpp"

#include <xxhash.h>

namespace hearth::storage {

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept { return XXH3_64bits(bytes.data(), bytes.size()); }

} // namespace hearth::storage
