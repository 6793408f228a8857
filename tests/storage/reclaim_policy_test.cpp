#include "storage/reclaim_policy.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth::storage;

TEST_CASE("First in, first out takes an empty segment before all others, then the one that was begun first") {
  const auto policy = make_reclaim_policy(reclaim_order::fifo);
  std::vector<segment_summary> segments{{5, 100, 50, 1}, {3, 100, 50, 9}, {4, 100, 50, 0.1}};
  CHECK(policy->victim(segments) == 1);
  segments.push_back({9, 100, 0, 0});
  CHECK(policy->victim(segments) == 3);
  segments.push_back({8, 100, 0, 0});
  CHECK(policy->victim(segments) == 4);
}

TEST_CASE("The least useful segment is the one that is worth least for each byte of its file") {
  const auto policy = make_reclaim_policy(reclaim_order::least_useful);
  std::vector<segment_summary> segments{{5, 100, 50, 10}, {3, 1000, 50, 90}, {4, 10, 5, 2}};
  CHECK(policy->victim(segments) == 1);
  segments.push_back({9, 100, 0, 0});
  CHECK(policy->victim(segments) == 3);
}

TEST_CASE("Of segments worth the same the one that was begun first leaves") {
  const auto policy = make_reclaim_policy(reclaim_order::least_useful);
  const std::vector<segment_summary> segments{{5, 100, 50, 10}, {3, 100, 50, 10}, {4, 100, 50, 10}};
  CHECK(policy->victim(segments) == 1);
}
