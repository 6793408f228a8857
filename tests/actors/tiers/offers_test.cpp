#include "actors/tiers/offers.hpp"
#include "tests/actors/sent_blocks.hpp"
#include "tests/actors/tiers/store_without_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

using namespace hearth;
using namespace hearth::testing;
using actors::disposition;
using stats::amount;
using stats::drop_reason;
using stats::fail_reason;

namespace {

constexpr std::uint64_t block_bytes = 4096;
constexpr std::int64_t second = 1'000'000'000;

storage::block block_of(unsigned number, std::size_t bytes = block_bytes) {
  return {key(number), 0, {}, payload(number, bytes)};
}

/// Offers with this test as the writer: a mailbox of eight blocks, a clock set by the test, no hot tier.
struct offers_world {
  explicit offers_world(const actors::offers_config& config = {})
      : made(
            config, store, gate, tally, [this](messages::write_request x) { requests.push_back(std::move(x)); },
            [this] { return now; }) {}

  /// Offers a block of these bytes in a request of its own.
  disposition offer(unsigned number, std::size_t bytes = block_bytes, bool asked = false) {
    const actors::offers::one_request request{made};
    const auto cold = store->look_up(key(number), bytes);
    const auto end = made.disposition_of(bytes, cold, asked);
    made.offer(block_of(number, bytes), end, cold.record_bytes);
    return end;
  }

  /// Ends the write with this number, and frees its room in the mailbox.
  auto settle(std::uint64_t sequence, const storage::result<void>& outcome) {
    for (auto& request : requests)
      if (!request.blocks.empty() && request.blocks.front().sequence == sequence)
        request.slot.reset();
    return made.settle(sequence, outcome);
  }

  [[nodiscard]] stats::ledger ledger() const {
    const auto entries = tally->read();
    const auto found = entries.empty() ? stats::ledger{} : entries.front().counters.ledger;
    CHECK(found.balanced());
    return found;
  }

  std::int64_t now = 0;
  std::shared_ptr<store_without_disk> store = std::make_shared<store_without_disk>();
  std::shared_ptr<messages::gate> gate =
      std::make_shared<messages::gate>(messages::gate_limits{8, 64 * block_bytes, 0});
  std::shared_ptr<stats::tally> tally = std::make_shared<stats::tally>();
  std::vector<messages::write_request> requests;
  actors::offers made;
};

} // namespace

TEST_CASE("Offers of nested requests go to the writer in one message, with their room in its mailbox") {
  offers_world world;
  {
    const actors::offers::one_request outer{world.made};
    CHECK(world.offer(1) == disposition::admitted);
    CHECK(world.offer(2) == disposition::admitted);
    CHECK(world.requests.empty());
    CHECK(world.gate->taken().slots == 2);
  }
  REQUIRE(world.requests.size() == 1);
  CHECK(world.requests[0].blocks.size() == 2);
  CHECK(world.made.pending_amount() == amount{2, 2 * block_bytes});
  CHECK(world.ledger().pending() == amount{2, 2 * block_bytes});
  world.requests.clear();
  CHECK(world.gate->taken().slots == 0);
}

TEST_CASE("A block that the mailbox or the cold tier can never take is too large, and is dropped once it is offered") {
  offers_world world;
  CHECK(world.offer(1, 65 * block_bytes) == disposition::too_large);
  world.store->payload_bytes_max = block_bytes - 1;
  CHECK(world.offer(2) == disposition::too_large);
  CHECK(world.requests.empty());
  CHECK(world.ledger().dropped(drop_reason::too_large) == amount{2, 66 * block_bytes});
  CHECK(world.made.accidents() == 2);
}

TEST_CASE("A full mailbox is no drop by itself: the caller says whether it is one, and where") {
  offers_world world;
  for (unsigned number = 1; number <= 8; ++number) {
    CHECK(world.made.half_full() == (number > 4));
    CHECK(world.made.open_for(block_bytes));
    REQUIRE(world.offer(number) == disposition::admitted);
  }
  CHECK_FALSE(world.made.open_for(block_bytes));
  CHECK(world.offer(9) == disposition::full);
  CHECK(world.ledger().dropped() == amount{});
  world.made.give_up(drop_reason::evict_full, block_of(9));
  CHECK(world.ledger().dropped(drop_reason::evict_full) == amount{1, block_bytes});
}

TEST_CASE("Every write that ends is entered by how it ended, and is pending no more") {
  offers_world world;
  for (unsigned number = 1; number <= 4; ++number)
    REQUIRE(world.offer(number) == disposition::admitted);
  const auto written = world.settle(1, {});
  REQUIRE(written);
  CHECK(written->item.key == key(1));
  CHECK(world.settle(2, {storage::errc::io, "planned"}));
  CHECK(world.settle(3, {storage::errc::no_space, "planned"}));
  CHECK_FALSE(world.settle(3, {}));
  const auto ledger = world.ledger();
  CHECK(ledger.persisted() == amount{1, block_bytes});
  CHECK(ledger.failed(fail_reason::io_error) == amount{1, block_bytes});
  CHECK(ledger.failed(fail_reason::no_space) == amount{1, block_bytes});
  CHECK(ledger.pending() == amount{1, block_bytes});
  CHECK(world.made.pending().find(key(4)) != nullptr);
  CHECK(world.made.persisted() == amount{1, block_bytes});
}

TEST_CASE("A write is cancelled before it begins; one that has begun ends unseen") {
  offers_world world;
  REQUIRE(world.offer(1) == disposition::admitted);
  REQUIRE(world.offer(2) == disposition::admitted);
  REQUIRE(world.requests[1].blocks[0].ticket->start());
  world.made.cancel(key(1));
  world.made.cancel(key(2));
  world.made.cancel(key(3)); // never offered
  CHECK(world.requests[0].blocks[0].ticket->cancelled());
  CHECK(world.ledger().cancelled() == amount{1, block_bytes});
  CHECK(world.made.pending().find(key(2)) == nullptr);
  CHECK(world.ledger().pending() == amount{1, block_bytes});
  const auto ended = world.settle(2, {});
  REQUIRE(ended);
  CHECK(ended->hidden);
  CHECK(world.ledger().persisted() == amount{1, block_bytes});
}

TEST_CASE("Of what a dead writer leaves, blocks that the cold tier has were persisted and the others failed") {
  offers_world world;
  CHECK(world.made.writer_died().empty());
  CHECK_FALSE(world.made.appends_left_behind());
  world.made.writer_restarted();
  REQUIRE(world.offer(1) == disposition::admitted);
  REQUIRE(world.offer(2) == disposition::admitted);
  world.store->present[key(1)] = {0, block_bytes};
  const auto ended = world.made.writer_died();
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].persisted);
  CHECK_FALSE(ended[1].persisted);
  CHECK(world.made.pending().empty());
  CHECK(world.made.appends_left_behind());
  CHECK(world.ledger().persisted() == amount{1, block_bytes});
  CHECK(world.ledger().failed(fail_reason::writer_died) == amount{1, block_bytes});
  CHECK(world.tally->read().at(0).counters.errors == 0); // a death is not an error of the disk
}

TEST_CASE("Without a writer an offer fails, until there is a new one") {
  offers_world world;
  CHECK(world.made.writer_died().empty());
  CHECK_FALSE(world.made.open_for(block_bytes));
  CHECK(world.offer(1) == disposition::no_writer);
  CHECK(world.ledger().failed(fail_reason::writer_died) == amount{1, block_bytes});
  world.made.writer_restarted();
  CHECK(world.offer(1) == disposition::admitted);
}

TEST_CASE("What died with the writer takes room until that is known, although its mailbox is free") {
  offers_world world;
  for (unsigned number = 1; number <= 8; ++number) {
    REQUIRE(world.offer(number) == disposition::admitted);
    world.requests.clear();
  }
  CHECK(world.gate->taken().slots == 0);
  CHECK(world.offer(9) == disposition::full);
}

TEST_CASE("When the directory is gone, pending writes are cancelled and fail, but for those that had reached it") {
  offers_world world;
  REQUIRE(world.offer(1) == disposition::admitted);
  REQUIRE(world.offer(2) == disposition::admitted);
  const auto ended = world.made.directory_gone({key(2)});
  REQUIRE(ended.size() == 2);
  CHECK_FALSE(ended[0].persisted);
  CHECK(ended[1].persisted);
  CHECK(world.requests[0].blocks[0].ticket->cancelled());
  CHECK(world.ledger().persisted() == amount{1, block_bytes});
  CHECK(world.ledger().failed(fail_reason::io_error) == amount{1, block_bytes});
  CHECK(world.made.appends_left_behind());
}

TEST_CASE("What is pending when the cache closes is cancelled and dropped") {
  offers_world world;
  REQUIRE(world.offer(1) == disposition::admitted);
  CHECK(world.made.abandon().size() == 1);
  CHECK(world.requests[0].blocks[0].ticket->cancelled());
  CHECK(world.ledger().dropped(drop_reason::closing) == amount{1, block_bytes});
  CHECK(world.made.pending_amount() == amount{});
}

TEST_CASE("The mailbox takes no more than can be written in time, as fast as the disk was of late") {
  offers_world world{{.queue_time = std::chrono::seconds{2}, .budget = {}}};
  REQUIRE(world.offer(1) == disposition::admitted);
  CHECK(world.gate->bytes_max_now() == 64 * block_bytes); // no measurement of the disk yet
  world.now += second;
  REQUIRE(world.settle(1, {}));
  CHECK(world.gate->bytes_max_now() == 2 * block_bytes);
  CHECK(world.offer(2) == disposition::admitted);
  CHECK(world.offer(3) == disposition::admitted);
  CHECK(world.offer(4) == disposition::full);
}

TEST_CASE("When the write budget runs low, blocks that were asked for still go, and others are dropped") {
  offers_world world{{.budget = {.bytes_per_second = block_bytes, .burst_bytes = 4 * block_bytes}}};
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(world.offer(number) == disposition::admitted);
  CHECK(world.offer(4) == disposition::over_budget);
  CHECK(world.ledger().dropped(drop_reason::over_budget) == amount{1, block_bytes});
  CHECK(world.offer(5, block_bytes, true) == disposition::admitted);
  CHECK(world.offer(6, block_bytes, true) == disposition::over_budget);
  world.now += 2 * second;
  CHECK(world.offer(6, block_bytes, true) == disposition::admitted);
}

TEST_CASE("What reclaim copies on is taken from the write budget, once") {
  offers_world world{{.budget = {.bytes_per_second = block_bytes, .burst_bytes = 8 * block_bytes}}};
  world.store->reappended_bytes = 4 * block_bytes;
  CHECK(world.offer(1) == disposition::admitted);
  CHECK(world.offer(2) == disposition::admitted);
  CHECK(world.offer(3) == disposition::over_budget);
}
