#include "tests/bench/payloads.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace hearth::bench {

namespace {

constexpr std::uint64_t stamp_every = 64 << 10;

struct stamp_bytes {
  std::uint64_t number;
  std::uint32_t pattern;
  std::uint32_t place; ///< which 64 KiB of the block
};
static_assert(sizeof(stamp_bytes) == 16);

/// SplitMix64 (Steele, Lea, Flood 2014): passes for random, eight bytes at a time.
void fill_random(std::span<std::byte> bytes, std::uint64_t seed) {
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    auto x = seed += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    x ^= x >> 31;
    std::memcpy(bytes.data() + at, &x, 8);
  }
}

} // namespace

storage::result<payloads> payloads::make(std::uint64_t block_bytes, unsigned write_lanes, unsigned read_lanes,
                                         std::uint64_t seed) {
  assert(block_bytes >= sizeof(stamp_bytes) && write_lanes > 0 && read_lanes > 0);
  payloads made;
  made.block_bytes_ = block_bytes;
  made.stride_ = (block_bytes + 4095) / 4096 * 4096;
  made.patterns_a_lane_ = block_bytes <= (4u << 20) ? 4 : 1;
  auto written = arena::make(made.stride_ * write_lanes * made.patterns_a_lane_);
  if (!written)
    return written.error();
  auto read = arena::make(made.stride_ * read_lanes);
  if (!read)
    return read.error();
  made.written_ = std::move(*written);
  made.read_ = std::move(*read);
  made.next_.resize(write_lanes);
  made.read_lanes_ = read_lanes;
  fill_random(made.written_.bytes(), seed);
  return made;
}

std::span<std::byte> payloads::pattern(std::uint32_t index) const {
  return written_.bytes().subspan(index * stride_, block_bytes_);
}

std::span<std::byte> payloads::stamped(unsigned lane, std::uint64_t number) {
  const auto index = lane * patterns_a_lane_ + next_[lane];
  next_[lane] = (next_[lane] + 1) % patterns_a_lane_;
  const auto block = pattern(index);
  stamp(block, number, index);
  return block;
}

std::span<std::byte> payloads::scratch(unsigned lane) const {
  return read_.bytes().subspan(lane * stride_, block_bytes_);
}

void payloads::stamp(std::span<std::byte> block, std::uint64_t number, std::uint32_t index) {
  for (std::uint64_t at = 0; at + sizeof(stamp_bytes) <= block.size(); at += stamp_every) {
    const stamp_bytes mark{number, index, static_cast<std::uint32_t>(at / stamp_every)};
    std::memcpy(block.data() + at, &mark, sizeof(mark));
  }
}

std::optional<std::uint64_t> payloads::number_of(std::span<const std::byte> block) {
  stamp_bytes mark{};
  if (block.size() < sizeof(mark))
    return std::nullopt;
  std::memcpy(&mark, block.data(), sizeof(mark));
  return mark.number;
}

bool payloads::is(std::uint64_t number, std::span<const std::byte> bytes) const {
  if (bytes.size() != block_bytes_)
    return false;
  stamp_bytes first{};
  std::memcpy(&first, bytes.data(), sizeof(first));
  if (first.pattern >= write_lanes() * patterns_a_lane_)
    return false;
  const auto expected = pattern(first.pattern);
  for (std::uint64_t at = 0; at < bytes.size(); at += stamp_every) {
    const auto length = std::min<std::uint64_t>(stamp_every, bytes.size() - at);
    const auto stamped = length >= sizeof(stamp_bytes) ? sizeof(stamp_bytes) : 0;
    const stamp_bytes mark{number, first.pattern, static_cast<std::uint32_t>(at / stamp_every)};
    if (std::memcmp(bytes.data() + at, &mark, stamped) != 0)
      return false;
    if (std::memcmp(bytes.data() + at + stamped, expected.data() + at + stamped, length - stamped) != 0)
      return false;
  }
  return true;
}

} // namespace hearth::bench
