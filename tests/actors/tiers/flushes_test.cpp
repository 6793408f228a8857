#include "actors/tiers/flushes.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

using namespace hearth;
using namespace hearth::actors;
using namespace std::chrono_literals;

namespace {

constexpr flushes::time_point start{1h};

/// Dirty blocks 1 to `dirty_last`, and a writer with some room. Write numbers grow with each offered block.
struct made_blocks final : unwritten_blocks {
  dirty_range dirty() const override { return {0, dirty_last}; }
  void offer_from(dirty_range& rest) override {
    for (; !rest.empty() && room > 0; --room, ++rest.after)
      pending.insert(++sequence);
  }
  bool writable() const override { return attached; }
  std::uint64_t last_sequence() const override { return sequence; }
  bool any_pending_until(std::uint64_t number) const override { return any_pending() && *pending.begin() <= number; }
  bool any_pending() const override { return !pending.empty(); }

  std::uint64_t dirty_last = 0;
  std::uint64_t room = 100;
  std::uint64_t sequence = 0;
  std::set<std::uint64_t> pending;
  bool attached = true;
};

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("A flush of nothing is ready at once") {
  made_blocks blocks;
  flushes all;
  all.begin(1, blocks, {}, start + 1s);
  CHECK(all.advance(blocks, start).ready == numbers{1});
  CHECK(all.advance(blocks, start).ready.empty()); // it syncs
  CHECK(all.take(1));
  CHECK_FALSE(all.take(1));
}

TEST_CASE("A flush is ready when the blocks that were dirty or pending as it began are written, not later") {
  made_blocks blocks;
  blocks.pending = {blocks.sequence = 1};
  blocks.dirty_last = 2;
  flushes all;
  all.begin(1, blocks, {}, start + 1s);
  CHECK(all.advance(blocks, start).ready.empty());
  CHECK(blocks.pending == std::set<std::uint64_t>{1, 2, 3});
  blocks.pending = {3, ++blocks.sequence}; // the newest one was offered by an eviction
  CHECK(all.advance(blocks, start).ready.empty());
  blocks.pending = {4};
  CHECK(all.advance(blocks, start).ready == numbers{1});
}

TEST_CASE("A flush offers what the writer takes, and the rest when there is room again") {
  made_blocks blocks;
  blocks.dirty_last = 5;
  blocks.room = 2;
  flushes all;
  all.begin(1, blocks, {}, start + 1s);
  CHECK_FALSE(all.advance(blocks, start).ask_again); // the end of a pending write continues the flush
  CHECK(blocks.pending.size() == 2);
  blocks.pending.clear(); // and their slots are still taken
  CHECK(all.advance(blocks, start).ask_again == start + 10ms);
  blocks.room = 3;
  CHECK(all.advance(blocks, start + 10ms).ready.empty());
  blocks.pending.clear();
  CHECK(all.advance(blocks, start + 20ms).ready == numbers{1});
}

TEST_CASE("After a failed write a flush lists the dirty blocks once more, and not before the time given") {
  made_blocks blocks;
  blocks.dirty_last = 1;
  flushes all;
  all.begin(1, blocks, {}, start + 1min);
  (void)all.advance(blocks, start);
  blocks.pending.clear(); // the write has failed: the block is dirty again
  blocks.dirty_last = 2;
  all.retry_at(start + 1s);
  all.retry_at(start + 500ms); // the later time counts
  const auto waits = all.advance(blocks, start + 500ms);
  CHECK(waits.ready.empty());
  CHECK(waits.ask_again == start + 1s);
  CHECK(all.advance(blocks, start + 1s).ready.empty());
  CHECK_FALSE(blocks.pending.empty());
  blocks.pending.clear();
  CHECK(all.advance(blocks, start + 1s).ready == numbers{1});
}

TEST_CASE("While the directory is gone a flush waits, and a sync that went with it is done again") {
  made_blocks blocks;
  blocks.dirty_last = 1;
  flushes all;
  all.begin(1, blocks, {}, start + 1min);
  blocks.attached = false;
  CHECK(all.advance(blocks, start).ready.empty());
  CHECK(blocks.pending.empty());
  blocks.attached = true;
  (void)all.advance(blocks, start);
  blocks.pending.clear();
  REQUIRE(all.advance(blocks, start).ready == numbers{1});
  CHECK(all.sync_again(1));
  CHECK(all.advance(blocks, start).ready == numbers{1});
  CHECK_FALSE(all.sync_again(2));
}

TEST_CASE("A flush is late at its deadline, whatever it waits for, and is taken out with what it began with") {
  made_blocks blocks;
  blocks.dirty_last = 1;
  blocks.room = 0;
  flushes all;
  all.begin(1, blocks, {false, {3, 300}}, start + 1s);
  all.begin(2, blocks, {true, {4, 400}}, start + 2s);
  CHECK(all.late(start + 999ms).empty());
  CHECK(all.next_deadline(start) == start + 1s);
  CHECK(all.late(start + 1s) == numbers{1});
  CHECK(all.next_deadline(start + 1s) == start + 2s);
  CHECK(all.late(start + 1min) == numbers{1, 2});
  CHECK_FALSE(all.next_deadline(start + 1min));
  const auto ended = all.take(2);
  REQUIRE(ended);
  CHECK(ended->closing);
  CHECK(ended->persisted_before == stats::amount{4, 400});
}
