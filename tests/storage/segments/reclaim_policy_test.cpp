#include "storage/segments/reclaim_policy.hpp"
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

TEST_CASE("Of segments with the same value the oldest is evicted") {
  const auto policy = make_reclaim_policy(reclaim_order::least_useful);
  const std::vector<segment_summary> segments{{5, 100, 50, 10}, {3, 100, 50, 10}, {4, 100, 50, 10}};
  CHECK(policy->victim(segments) == 1);
}

TEST_CASE("A segment with three quarters of its live bytes unclaimed is evicted first, fewest claimed bytes first") {
  const auto policy = make_reclaim_policy(GENERATE(reclaim_order::fifo, reclaim_order::least_useful));
  std::vector<segment_summary> segments{{1, 100, 60, 1, 44}, {2, 100, 60, 2, 0}};
  CHECK(policy->victim(segments) == 0); // by reclaim order: less than three quarters are unclaimed
  segments.push_back({3, 100, 60, 9, 45});
  CHECK(policy->victim(segments) == 2);
  segments.push_back({4, 100, 40, 9, 30});
  CHECK(policy->victim(segments) == 3);
  segments.push_back({6, 100, 10, 9, 10});
  segments.push_back({5, 100, 90, 8, 90}); // evicting it loses no claimed block either
  CHECK(policy->victim(segments) == 5);
  segments.push_back({9, 100, 0, 0, 0});
  CHECK(policy->victim(segments) == 6);
}
