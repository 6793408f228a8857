#include "actors/host/program/replay_payload.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <vector>

using namespace hearth;

namespace {

std::vector<std::byte> payload(std::uint64_t id, std::size_t bytes) {
  std::vector<std::byte> made(bytes);
  fill_payload(replay_key(id, bytes), made);
  return made;
}

} // namespace

TEST_CASE("Blocks of another id or another size have another key") {
  const std::set<storage::block_key> keys{replay_key(1, 10), replay_key(2, 10), replay_key(1, 11),
                                          replay_key(1ull << 32, 10), replay_key((1ull << 32) + 1, 10)};
  CHECK(keys.size() == 5);
  CHECK(replay_key(7, 10) == replay_key(7, 10));
}

TEST_CASE("A payload is known by its key, and any byte of it that changes is noticed") {
  for (std::size_t bytes : {1, 7, 8, 9, 64, 100}) {
    CAPTURE(bytes);
    const auto key = replay_key(5, bytes);
    auto made = payload(5, bytes);
    CHECK(is_payload(key, made));
    CHECK(has_payload_ends(key, made));
    for (std::size_t at = 0; at < bytes; ++at) {
      made[at] ^= std::byte{1};
      CHECK_FALSE(is_payload(key, made));
      made[at] ^= std::byte{1};
    }
    made[bytes - 1] ^= std::byte{1};
    CHECK_FALSE(has_payload_ends(key, made));
    made[bytes - 1] ^= std::byte{1};
    made[0] ^= std::byte{1};
    CHECK_FALSE(has_payload_ends(key, made));
  }
}

TEST_CASE("The bytes of another block, or shifted ones, differ in nearly every word") {
  const auto a = payload(1, 64 * 1024);
  const auto b = payload(2, 64 * 1024);
  const auto words_alike = [&](std::size_t shift) {
    std::size_t alike = 0;
    for (std::size_t at = 0; at + shift + 8 <= a.size(); at += 8)
      alike += std::equal(&a[at], &a[at] + 8, shift == 0 ? &b[at] : &a[at + shift]);
    return alike;
  };
  CHECK(words_alike(0) == 0);
  for (std::size_t shift : {1, 8, 32, 4096})
    CHECK(words_alike(shift) == 0);
}
