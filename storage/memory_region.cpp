#include "storage/memory_region.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <sys/mman.h>
#include <sys/resource.h>

namespace hearth::storage {

namespace {

constexpr std::size_t page_bytes = 4096; ///< the smallest there is; larger ones are touched more than once

failure refused(std::size_t size_bytes, int error) {
  return {errc::no_memory, "a region of " + std::to_string(size_bytes) +
                               " bytes could not be mapped: " + std::generic_category().message(error)};
}

std::byte* map(std::size_t bytes) noexcept {
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
}

void unmap(std::byte* at, std::size_t bytes) noexcept {
  // Refused where it would split a mapping and the process has as many as it may: then the pages at least go back.
  if (bytes > 0 && ::munmap(at, bytes) != 0)
    ::madvise(at, bytes, MADV_DONTNEED);
}

std::size_t beyond_alignment(const std::byte* at) noexcept {
  return reinterpret_cast<std::uintptr_t>(at) % huge_page_alignment;
}

/// Nothing, with errno, if there is no such room.
std::byte* map_aligned(std::size_t bytes) noexcept {
  // Since Linux 6.7 whole huge pages come aligned: under a limit on address space every spare byte counts.
  std::byte* at = map(bytes);
  if (at == nullptr || beyond_alignment(at) == 0)
    return at;
  unmap(at, bytes);
  at = map(bytes + huge_page_alignment);
  if (at == nullptr)
    return nullptr;
  const std::size_t before = (huge_page_alignment - beyond_alignment(at)) % huge_page_alignment;
  unmap(at, before);
  unmap(at + before + bytes, huge_page_alignment - before);
  return at + before;
}

/// Page faults of this thread so far that needed no disk; a populated page counts as one, large or small.
long faults() noexcept {
  rusage usage{};
  return ::getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_minflt : 0;
}

/// Brings all pages in; false, with errno, if there is not enough memory.
bool touch(std::byte* at, std::size_t bytes) noexcept {
#ifdef MADV_POPULATE_WRITE
  if (::madvise(at, bytes, MADV_POPULATE_WRITE) == 0)
    return true;
  if (errno == ENOMEM || errno == EFAULT)
    return false;
#endif
  for (std::size_t offset = 0; offset < bytes; offset += page_bytes)
    *const_cast<volatile std::byte*>(at + offset) = std::byte{0};
  return true;
}

/// How many bytes turned out to be on huge pages, or nothing, with errno, if there is not enough memory.
std::optional<std::size_t> touch_counting(std::byte* at, std::size_t size_bytes) noexcept {
  std::size_t huge_bytes = 0;
  for (std::size_t offset = 0; offset < size_bytes; offset += huge_page_alignment) {
    const auto faults_before = faults();
    const auto bytes = std::min(huge_page_alignment, size_bytes - offset);
    if (!touch(at + offset, bytes))
      return std::nullopt;
    if (bytes == huge_page_alignment && faults() - faults_before == 1)
      huge_bytes += bytes;
  }
  return huge_bytes;
}

} // namespace

slot_set::slot_set(std::size_t slots) noexcept
    : free_(static_cast<std::uint32_t>(slots)), slots_(static_cast<std::uint32_t>(slots)) {
  assert(slots <= slots_max);
  std::fill_n(bits_.begin(), slots / 64, ~std::uint64_t{0});
  if (slots % 64 != 0)
    bits_[slots / 64] = (std::uint64_t{1} << slots % 64) - 1;
}

std::size_t slot_set::take() noexcept {
  assert(free_ > 0);
  const auto word = std::find_if(bits_.begin(), bits_.end(), [](std::uint64_t bits) { return bits != 0; });
  const auto bit = static_cast<std::size_t>(std::countr_zero(*word));
  *word &= *word - 1;
  --free_;
  return static_cast<std::size_t>(word - bits_.begin()) * 64 + bit;
}

void slot_set::put(std::size_t slot) noexcept {
  const auto bit = std::uint64_t{1} << slot % 64;
  assert(slot < slots_ && (bits_[slot / 64] & bit) == 0);
  bits_[slot / 64] |= bit;
  ++free_;
}

result<memory_regions> map_region(std::size_t size_bytes) {
  assert(size_bytes > 0 && size_bytes % page_bytes == 0);
  memory_regions one;
  try {
    one.emplace_back();
  } catch (const std::bad_alloc&) {
    return refused(size_bytes, ENOMEM);
  }
  auto* const at = map_aligned(size_bytes);
  if (at == nullptr)
    return refused(size_bytes, errno);
#ifdef MADV_HUGEPAGE
  ::madvise(at, size_bytes, MADV_HUGEPAGE); // refused by a kernel that has none: small pages do as well
#endif
  const auto huge_bytes = touch_counting(at, size_bytes);
  if (!huge_bytes) {
    const int error = errno;
    unmap(at, size_bytes);
    return refused(size_bytes, error);
  }
  one.front().bytes = at;
  one.front().size_bytes = size_bytes;
  one.front().huge_page_bytes = *huge_bytes;
  return result<memory_regions>{std::move(one)};
}

void unmap(memory_regions regions) noexcept {
  for (const auto& region : regions)
    unmap(region.bytes, region.size_bytes);
}

} // namespace hearth::storage
