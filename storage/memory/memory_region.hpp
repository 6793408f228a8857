#pragma once

#include "storage/memory/memory_source.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace hearth::storage {

/// The free slots of a region. Invariant: `free() <= slots()`. Threads: one owner at a time.
class slot_set {
public:
  static constexpr std::size_t slots_max = 512;

  slot_set() noexcept = default; ///< no slots

  /// `slots` slots, all of them free. Pre: at most `slots_max`.
  explicit slot_set(std::size_t slots) noexcept;

  /// Takes the lowest free slot. Pre: `free() > 0`.
  [[nodiscard]] std::size_t take() noexcept;

  /// Returns `slot`. Pre: the slot was taken and not returned since (asserted).
  void put(std::size_t slot) noexcept;

  [[nodiscard]] std::size_t free() const noexcept { return free_; }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }

private:
  std::array<std::uint64_t, slots_max / 64> bits_{}; ///< 1 for a free slot
  std::uint32_t free_ = 0;
  std::uint32_t slots_ = 0;
};

/// A region of memory from a source, and the use of it. The content of the memory is unspecified.
struct memory_region {
  std::byte* bytes = nullptr;
  std::size_t size_bytes = 0;
  std::size_t huge_page_bytes = 0;       ///< bytes found on huge pages when the region was touched
  std::shared_ptr<memory_source> source; ///< the source to which the region returns

  std::uint64_t idle_number = 0; ///< for its owner: number of an idle region; a larger number became idle later
  std::size_t size_class = 0;    ///< for its owner: the class of the buffers cut from it
  slot_set slots;                ///< for its owner: which of these buffers are free
};

/// A list of regions. Regions move between lists without allocation, and their addresses do not change.
using memory_regions = std::list<memory_region>;

/// Maps one region from `source`; the returned list has one element, this region. Slow: do not hold a lock. Pre:
/// `size_bytes` is a positive multiple of 4096. Ownership: the caller's, until `unmap`. Threads: any. Errors:
/// no_memory.
[[nodiscard]] result<memory_regions> map_region(std::shared_ptr<memory_source> source, std::size_t size_bytes);

/// Returns `regions` to their sources. Pre: no one uses them. Threads: any. Errors: none.
void unmap(memory_regions regions) noexcept;

} // namespace hearth::storage
