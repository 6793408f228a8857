#include "storage/eviction/cohorts.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth::storage;

namespace {

const auto tail = return_model::class_of({0, 8, 0, 1});
const auto head = return_model::class_of({20, 8, 0, 1});

/// A request for this many blocks of one class. Its cohort has a leaf whose slot is the cohort's number.
cohorts::number ask(cohorts& all, std::size_t blocks, std::size_t block_class = tail) {
  all.begin_request();
  cohorts::number one = 0;
  while (blocks-- > 0)
    one = all.enter(block_class);
  all.set_leaves(one, {one, one});
  return one;
}

void leave(cohorts& all, cohorts::number one, std::size_t blocks) {
  all.set_leaves(one, {});
  while (blocks-- > 0)
    all.returns(one);
}

std::vector<cohorts::number> in_order(const cohorts& all) {
  std::vector<cohorts::number> found;
  all.visit([&](cohorts::number one) {
    found.push_back(one);
    return true;
  });
  return found;
}

} // namespace

TEST_CASE("Blocks of one request and class are a cohort, up to 64 of them") {
  cohorts all;
  all.begin_request();
  const auto first = all.enter(tail);
  CHECK(all.present(first));
  CHECK(all.enter(tail) == first);
  const auto other = all.enter(head);
  CHECK(other != first);
  for (std::size_t i = 1; i < cohorts::blocks_max; ++i)
    CHECK(all.enter(head) == other);
  CHECK(all.enter(head) != other);
  all.begin_request();
  CHECK_FALSE(all.present(first));
  CHECK(all.age(first) == 1);
  CHECK(all.enter(tail) != first);
}

TEST_CASE("A cohort is gone when its last block is, and its number is used again") {
  cohorts all;
  const auto first = ask(all, 2);
  const auto second = ask(all, 1);
  CHECK(in_order(all) == std::vector{first, second});
  leave(all, first, 1);
  CHECK(in_order(all) == std::vector{first, second});
  all.forgotten(first);
  CHECK(in_order(all) == std::vector{second});
  CHECK(ask(all, 1) == first);
  CHECK(in_order(all) == std::vector{second, first});
}

TEST_CASE("Before any learning, the cohort with the lowest value is the oldest with a leaf") {
  cohorts all;
  CHECK(all.least() == 0);
  CHECK(all.oldest() == 0);
  std::vector<cohorts::number> asked;
  for (int i = 0; i < 40; ++i)
    asked.push_back(ask(all, 3));
  for (const auto one : asked) {
    CHECK(all.least() == one);
    CHECK(all.oldest() == one);
    all.set_leaves(one, {});
  }
  CHECK(all.least() == 0);
  CHECK(all.oldest() == 0);
}

TEST_CASE("A cohort that has a leaf again stands where its age puts it") {
  cohorts all;
  const auto first = ask(all, 2);
  const auto second = ask(all, 2);
  const auto third = ask(all, 2);
  for (int i = 0; i < 100; ++i)
    ask(all, 1, head);
  all.set_leaves(second, {});
  all.set_leaves(first, {});
  CHECK(all.oldest() == third);
  all.set_leaves(second, {second, second});
  CHECK(all.oldest() == second);
  all.set_leaves(first, {first, first});
  CHECK(all.oldest() == first);
}

TEST_CASE("The given number of most recently requested blocks is recent, down to a part of a cohort") {
  cohorts all;
  const auto first = ask(all, 10);
  const auto second = ask(all, 20);
  const auto third = ask(all, 30);
  all.keep_recent(35);
  CHECK(all.recent_part(first) == 0);
  CHECK(all.recent_part(second) == Approx(0.25));
  CHECK(all.recent_part(third) == 1);
  leave(all, third, 5); // five blocks leave the third; blocks of the second become recent instead
  all.keep_recent(35);
  CHECK(all.recent_part(second) == Approx(0.5));
  all.keep_recent(100);
  CHECK(all.recent_part(first) == 1);
  all.keep_recent(12);
  CHECK(all.recent_part(second) == 0);
  CHECK(all.recent_part(third) == Approx(12.0 / 25));
  const auto fourth = ask(all, 12);
  all.keep_recent(12);
  CHECK(all.recent_part(third) == 0);
  CHECK(all.recent_part(fourth) == 1);
}
