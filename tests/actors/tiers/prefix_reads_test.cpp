#include "actors/tiers/prefix_reads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth;
using namespace hearth::actors;
using namespace hearth::testing;
using namespace std::chrono_literals;
using storage::errc;

namespace {

constexpr prefix_reads::time_point start{1h};

storage::block block_of(unsigned number) { return {key(number), 0, {}, payload(number, 64)}; }

storage::failure failed(errc code) { return {code, "as the test says"}; }

/// Get 7: a chain of four blocks whose first one is hot.
prefix_reads get_of_four(bool truncated = false) {
  prefix_reads gets;
  found_prefix found;
  found.name_space = 5;
  found.blocks = {payload(0, 64), {}, {}, {}};
  found.truncated = truncated;
  gets.add(7, std::move(found), 3, start + 1s);
  return gets;
}

} // namespace

TEST_CASE("A get is answered when the last of its cold reads has ended, each block in its place") {
  auto gets = get_of_four();
  CHECK_FALSE(gets.end_read({7, 3}, block_of(3)));
  CHECK_FALSE(gets.end_read({7, 1}, block_of(1)));
  const auto answered = gets.end_read({7, 2}, block_of(2));
  REQUIRE(answered);
  CHECK(answered->number == 7);
  CHECK(answered->name_space == 5);
  REQUIRE(answered->outcome.ok());
  REQUIRE(answered->outcome->blocks.size() == 4);
  for (unsigned i = 0; i < 4; ++i)
    CHECK(same(answered->outcome->blocks[i], payload(i, 64)));
  CHECK_FALSE(answered->outcome->truncated);
  CHECK_FALSE(gets.next_deadline());
}

TEST_CASE("A run ends before the first block that could not be read") {
  auto gets = get_of_four(true);
  (void)gets.end_read({7, 1}, block_of(1));
  (void)gets.end_read({7, 3}, failed(errc::corrupt));
  const auto answered = gets.end_read({7, 2}, failed(errc::corrupt));
  REQUIRE((answered && answered->outcome.ok()));
  CHECK(answered->outcome->blocks.size() == 2);
  CHECK_FALSE(answered->outcome->truncated); // a longer request would find no more
}

TEST_CASE("A run that ends where a block found no memory is truncated: the block is there") {
  auto gets = get_of_four();
  (void)gets.end_read({7, 1}, block_of(1));
  (void)gets.end_read({7, 2}, failed(errc::no_memory));
  const auto answered = gets.end_read({7, 3}, block_of(3));
  REQUIRE((answered && answered->outcome.ok()));
  CHECK(answered->outcome->blocks.size() == 2);
  CHECK(answered->outcome->truncated);
}

TEST_CASE("A get whose first block found no memory hears so") {
  prefix_reads gets;
  gets.add(1, {0, std::vector<storage::buffer>(1), false}, 1, start);
  const auto answered = gets.end_read({1, 0}, failed(errc::no_memory));
  REQUIRE(answered);
  CHECK(answered->outcome.code() == errc::no_memory);
}

TEST_CASE("A get whose time is up leaves with the number of its open reads; the others stay") {
  auto gets = get_of_four();
  gets.add(8, {0, std::vector<storage::buffer>(1), false}, 1, start + 2s);
  CHECK(gets.next_deadline() == start + 1s);
  (void)gets.end_read({7, 1}, block_of(1));
  CHECK(gets.take_late(start + 999ms).empty());
  const auto late = gets.take_late(start + 1s);
  REQUIRE(late.size() == 1);
  CHECK(late[0].number == 7);
  CHECK(late[0].name_space == 5);
  CHECK(late[0].open == 2);
  CHECK(gets.next_deadline() == start + 2s);
  CHECK(gets.end_read({8, 0}, block_of(1)));
}
