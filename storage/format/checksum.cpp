#include "storage/format/checksum.hpp"

#include <new>

#include <xxhash.h>

// Makes the calls below use the widest registers of the machine, which the library does not do by itself: on bytes that
// are not in the cache 13 GB/s with AVX2 against 4.7 with SSE2. The sums are the same.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

namespace hearth::storage {

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept { return XXH3_64bits(bytes.data(), bytes.size()); }

running_checksum::running_checksum() : state_(XXH3_createState()) {
  if (state_ == nullptr)
    throw std::bad_alloc{};
  XXH3_64bits_reset(state_);
}

running_checksum::~running_checksum() { XXH3_freeState(state_); }

void running_checksum::add(std::span<const std::byte> bytes) noexcept {
  XXH3_64bits_update(state_, bytes.data(), bytes.size());
}

std::uint64_t running_checksum::value() const noexcept { return XXH3_64bits_digest(state_); }

} // namespace hearth::storage
