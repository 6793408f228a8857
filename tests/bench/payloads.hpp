#pragma once

#include "storage/errors.hpp"
#include "tests/bench/arena.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hearth::bench {

/// The bytes of all blocks: patterns of random bytes, made once, and in each 64 KiB of a block a stamp of its number
/// and its pattern. So no two blocks are alike, none can be compressed, a block tells by itself what it should be, and
/// making one costs next to nothing. Also the buffers to read into.
/// Each lane of writers or readers has buffers of its own: one user at a time per lane.
class payloads {
public:
  /// For blocks of `block_bytes` (>= 16), written by `write_lanes` and read by `read_lanes` lanes. Errors: no_memory.
  [[nodiscard]] static storage::result<payloads> make(std::uint64_t block_bytes, unsigned write_lanes,
                                                      unsigned read_lanes, std::uint64_t seed);

  /// Block `number` in the next buffer of a write lane, which comes again after `patterns_a_lane()` others.
  [[nodiscard]] std::span<std::byte> stamped(unsigned lane, std::uint64_t number);

  /// The buffer of a read lane.
  [[nodiscard]] std::span<std::byte> scratch(unsigned lane) const;

  /// Whether `bytes` are block `number`, every byte of it.
  [[nodiscard]] bool is(std::uint64_t number, std::span<const std::byte> bytes) const;

  [[nodiscard]] unsigned write_lanes() const noexcept { return static_cast<unsigned>(next_.size()); }
  [[nodiscard]] unsigned read_lanes() const noexcept { return read_lanes_; }
  [[nodiscard]] unsigned patterns_a_lane() const noexcept { return patterns_a_lane_; }
  [[nodiscard]] std::uint64_t block_bytes() const noexcept { return block_bytes_; }

  /// The bytes of a pattern, with stamps of some number, for contenders that write from buffers of their own.
  [[nodiscard]] std::span<std::byte> pattern(std::uint32_t index) const;

  /// Makes a block with pattern `index` to block `number`.
  static void stamp(std::span<std::byte> block, std::uint64_t number, std::uint32_t index);

  /// The number in the first stamp, if `block` is long enough to have one.
  [[nodiscard]] static std::optional<std::uint64_t> number_of(std::span<const std::byte> block);

private:
  std::uint64_t block_bytes_ = 0;
  std::uint64_t stride_ = 0; ///< bytes from one buffer to the next
  unsigned patterns_a_lane_ = 1;
  unsigned read_lanes_ = 1;
  arena written_;
  arena read_;
  std::vector<std::uint32_t> next_; ///< by write lane: the pattern to use next
};

} // namespace hearth::bench
