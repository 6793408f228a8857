#include "storage/orders.hpp"

#include "tests/support/catch.hpp"

using namespace hearth::storage;

TEST_CASE("Each policy is found by its own name, and by no other") {
  for (const auto order : eviction_orders)
    CHECK(eviction_order_from_string(to_string(order)).value() == order);
  for (const auto order : reclaim_orders)
    CHECK(reclaim_order_from_string(to_string(order)).value() == order);
  CHECK(eviction_order_from_string("s3-fifo").value() == eviction_order::s3_fifo);
  CHECK(reclaim_order_from_string("least_useful").value() == reclaim_order::least_useful);
}

TEST_CASE("The error about an unknown policy says what was found and lists the names there are") {
  const auto eviction = eviction_order_from_string("mru");
  REQUIRE(eviction.code() == errc::invalid_argument);
  CHECK(eviction.error().context == "found mru, expected one of lru, s3-fifo, w-tinylfu, conversation");
  const auto reclaim = reclaim_order_from_string("");
  REQUIRE(reclaim.code() == errc::invalid_argument);
  CHECK(reclaim.error().context == "found nothing, expected one of fifo, least_useful");
  CHECK_FALSE(eviction_order_from_string("LRU").ok());
  CHECK_FALSE(reclaim_order_from_string("fifo ").ok());
}
