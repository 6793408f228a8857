#pragma once

#include "storage/memory/memory_source.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace hearth::storage {

/// Which of a region's slots are free. Invariant: `free() <= slots()`. Threads: one owner at a time.
class slot_set {
public:
  static constexpr std::size_t slots_max = 512;

  slot_set() noexcept = default; ///< no slots

  /// `slots` slots, all of them free. Pre: at most `slots_max`.
  explicit slot_set(std::size_t slots) noexcept;

  /// The lowest free slot, which is taken from here on. Pre: `free() > 0`.
  [[nodiscard]] std::size_t take() noexcept;

  /// Gives `slot` back. Pre: it was taken; a second time is asserted against.
  void put(std::size_t slot) noexcept;

  [[nodiscard]] std::size_t free() const noexcept { return free_; }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }

private:
  std::array<std::uint64_t, slots_max / 64> bits_{}; ///< 1 for a free slot
  std::uint32_t free_ = 0;
  std::uint32_t slots_ = 0;
};

/// Memory from a source, and what it is used for. What it holds is unspecified.
struct memory_region {
  std::byte* bytes = nullptr;
  std::size_t size_bytes = 0;
  std::size_t huge_page_bytes = 0;       ///< of `size_bytes`, what was on huge pages when touched
  std::shared_ptr<memory_source> source; ///< where it goes back to

  std::uint64_t idle_number = 0; ///< its owner's: of an idle region: the larger, the later it became idle
  std::size_t size_class = 0;    ///< its owner's: what it is cut into
  slot_set slots;                ///< its owner's: the pieces it is cut into
};

/// Regions move between lists without an allocation, and stay where they are in memory.
using memory_regions = std::list<memory_region>;

/// One region from `source`; the list has that one element. Slow: call it without a lock. Pre: `size_bytes` is a
/// positive multiple of 4096. Ownership: the caller's, until `unmap`. Threads: any. Errors: no_memory.
[[nodiscard]] result<memory_regions> map_region(std::shared_ptr<memory_source> source, std::size_t size_bytes);

/// Returns the memory of `regions` to where it came from. Pre: nobody uses it. Threads: any. Errors: none.
void unmap(memory_regions regions) noexcept;

} // namespace hearth::storage
