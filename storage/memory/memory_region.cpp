#include "storage/memory/memory_region.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>
#include <string>
#include <utility>

namespace hearth::storage {

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

result<memory_regions> map_region(std::shared_ptr<memory_source> source, std::size_t size_bytes) {
  memory_regions one;
  try {
    one.emplace_back();
  } catch (const std::bad_alloc&) {
    return {errc::no_memory, "a region of " + std::to_string(size_bytes) + " bytes: no memory to keep account of it"};
  }
  const auto mapped = source->map(size_bytes);
  if (!mapped)
    return mapped.error();
  assert(reinterpret_cast<std::uintptr_t>(mapped->bytes) % huge_page_alignment == 0);
  one.front().bytes = mapped->bytes;
  one.front().size_bytes = size_bytes;
  one.front().huge_page_bytes = mapped->huge_page_bytes;
  one.front().source = std::move(source);
  return result<memory_regions>{std::move(one)};
}

void unmap(memory_regions regions) noexcept {
  for (const auto& region : regions)
    region.source->unmap(region.bytes, region.size_bytes);
}

} // namespace hearth::storage
