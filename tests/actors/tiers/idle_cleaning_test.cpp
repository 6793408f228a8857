#include "actors/tiers/idle_cleaning.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::actors;
using namespace std::chrono_literals;

namespace {

constexpr idle_cleaning::time_point start{1h};
constexpr dirty_range three_blocks{0, 3};

} // namespace

TEST_CASE("Cleaning begins when something is dirty and the writer has been idle for the time that was set") {
  idle_cleaning cleaning{200ms};
  CHECK_FALSE(cleaning.begin(start, true, three_blocks)); // no block has become dirty
  cleaning.mark_dirty_pending(start);
  CHECK(cleaning.due() == start + 200ms);
  CHECK_FALSE(cleaning.begin(start + 199ms, true, three_blocks));
  CHECK_FALSE(cleaning.begin(start + 200ms, false, three_blocks)); // the writer is busy
  CHECK(cleaning.begin(start + 200ms, true, three_blocks));
  CHECK(cleaning.rest().last == 3);
  CHECK_FALSE(cleaning.dirty_pending());
}

TEST_CASE("A writer that was busy meanwhile makes cleaning wait anew") {
  idle_cleaning cleaning{200ms};
  cleaning.mark_dirty_pending(start);
  cleaning.writer_busy(start + 150ms);
  CHECK(cleaning.due() == start + 350ms);
  cleaning.mark_dirty_pending(start + 300ms); // is marked already: the first time counts
  CHECK(cleaning.due() == start + 350ms);
}

TEST_CASE("After a failed write no cleaning begins before the time that is given to the disk") {
  idle_cleaning cleaning{200ms};
  cleaning.mark_dirty_pending(start);
  REQUIRE(cleaning.begin(start + 200ms, true, three_blocks));
  cleaning.interrupt();
  CHECK(cleaning.rest().empty());
  cleaning.mark_dirty_pending(start + 200ms);
  cleaning.put_off(start + 5s);
  CHECK(cleaning.due() == start + 5s);
  CHECK_FALSE(cleaning.begin(start + 4s, true, three_blocks));
}

TEST_CASE("Without an idle time, and in a cache that closes, nothing is cleaned") {
  idle_cleaning never{0ms};
  CHECK_FALSE(never.wants_mark());
  never.mark_dirty_pending(start);
  CHECK_FALSE(never.dirty_pending());

  idle_cleaning closing{200ms};
  CHECK(closing.wants_mark());
  closing.stop();
  closing.mark_dirty_pending(start);
  CHECK_FALSE(closing.begin(start + 1h, true, three_blocks));
}
