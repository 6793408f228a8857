#include "tests/crash/crash_blocks.hpp"

#include "storage/format/checksum.hpp"

#include <algorithm>
#include <cstring>

namespace hearth::crash {

namespace {

constexpr std::uint64_t version_bytes = sizeof(std::uint64_t); ///< each payload begins with its version
constexpr std::uint64_t least_bytes = version_bytes + 1;

std::uint64_t seed_of(const block_version& of) noexcept { return mix_bits(of.version * keys_total + of.key); }

} // namespace

std::string name_of_lane(std::uint32_t lane) { return "lane-" + std::to_string(lane); }

const std::vector<storage::block_key>& all_block_keys() {
  static const auto keys = [] {
    std::vector<storage::block_key> made;
    for (std::uint32_t key = 0; key < keys_total; ++key) {
      const auto parent = parent_of(key);
      const std::array tokens{key};
      made.push_back(storage::derive_key(name_of_lane(lane_of(key)),
                                         parent ? std::optional{made[*parent]} : std::nullopt, tokens));
    }
    return made;
  }();
  return keys;
}

std::uint64_t mix_bits(std::uint64_t number) noexcept { // the finaliser of splitmix64
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

std::uint64_t payload_bytes(size_mix mix, const block_version& of) noexcept {
  const auto drawn = mix_bits(seed_of(of) + 1);
  if (mix == size_mix::equal)
    return 48 << 10;
  if (mix == size_mix::large && drawn % 16 == 0)
    return (96 << 10) + (drawn >> 8) % (payload_bytes_most - (96 << 10));
  const auto most = drawn % 4 == 0 ? 64 << 10 : 12 << 10; // more small blocks than large ones
  return least_bytes + (drawn >> 8) % (most - least_bytes);
}

storage::buffer payload(size_mix mix, const block_version& of) {
  auto made = storage::mutable_buffer::allocate(static_cast<std::size_t>(payload_bytes(mix, of))).value();
  auto left = made.bytes();
  std::memcpy(left.data(), &of.version, version_bytes);
  left = left.subspan(version_bytes);
  for (draws words{seed_of(of)}; !left.empty();) {
    const auto word = words.next();
    const auto length = std::min(left.size(), sizeof(word));
    std::memcpy(left.data(), &word, length);
    left = left.subspan(length);
  }
  return std::move(made).publish();
}

std::uint64_t version_in(const storage::buffer& payload) noexcept {
  std::uint64_t version = 0;
  if (payload.size() >= version_bytes)
    std::memcpy(&version, payload.bytes().data(), version_bytes);
  return version;
}

digest digest_of(const storage::buffer& payload) noexcept {
  return {payload.size(), storage::checksum(payload.bytes())};
}

} // namespace hearth::crash
