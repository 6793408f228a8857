#include "actors/tiers/tiers.hpp"
#include "tests/actors/sent_blocks.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"

#include <map>
#include <utility>

using namespace hearth;
using namespace hearth::testing;
using simulation::chance;
using stats::amount;

// Gauges are updated incrementally. This test recounts each of them after every call, over a real store, in blocks and
// bytes, for every namespace.

namespace {

constexpr unsigned blocks_total = 40;

std::size_t size_of(unsigned number) { return 500 + number * 397 % 6'000; }
storage::namespace_id name_space_of(unsigned number) { return number % 3 == 0 ? 1 : 0; }

/// Tiers whose writer is this test: offered blocks wait in `sent` until the test writes them, fails them, or dies.
template <class World>
class walked_tiers {
public:
  walked_tiers() {
    (void)below_.namespaces->intern("other").value();
    below_.open(24, 6'500);
    limits_->hot_bytes_max = 30'000;
    below_.store->on_reclaimed(
        [this](const std::vector<block_key>& keys) { reclaimed_.insert(reclaimed_.end(), keys.begin(), keys.end()); });
    kept_.emplace(
        actors::tiers_config{.block_bytes_max = 10'000, .budget = {}}, limits_, std::make_shared<storage::hot_index>(),
        below_.store, std::make_shared<messages::gate>(messages::gate_limits{6, 25'000, 0}), tally_,
        [this](messages::write_request x) { take_apart(std::move(x), sent_); }, [] { return 0; });
  }

  void act(chance& draws) {
    const auto number = static_cast<unsigned>(draws.below(blocks_total));
    const auto kind = draws.below(100);
    if (kind < 45)
      put(number, draws.one_in(3));
    else if (kind < 55)
      kept_->erase(name_space_of(number), key(number));
    else if (kind < 60)
      kept_->touch(kept_->hot().slot_of(key(number)));
    else if (kind < 70)
      promote(number);
    else if (kind < 75)
      offer_all();
    else if (kind < 92)
      write(draws);
    else if (kind < 94)
      die();
    else if (kind < 95)
      clear(draws);
    else
      lower_or_raise(draws);
    below_.settle();
    for (const auto& gone : std::exchange(reclaimed_, {}))
      kept_->reclaimed(gone);
  }

  void compare() const {
    const auto entries = tally_->read();
    amount hot;
    for (storage::namespace_id id = 0; id < 2; ++id) {
      const auto entry = id < entries.size() ? entries[id] : stats::tally_entry{};
      amount in_hot;
      amount dirty;
      kept_->hot().visit([&](const storage::hot_block& one) {
        if (one.item.name_space == id) {
          in_hot.add(one.item.payload.size());
          if (one.dirty)
            dirty.add(one.item.payload.size());
        }
        return true;
      });
      amount pending; // sent, and neither answered nor cancelled
      for (const auto& one : sent_)
        if (one.block.item.name_space == id && !one.block.ticket->cancelled())
          pending.add(one.block.item.payload.size());
      amount cold;
      for (const auto& one : below_.store->keys())
        if (const auto entry_of = below_.store->find(one); entry_of && entry_of->name_space == id)
          cold.add(entry_of->payload_bytes);
      CHECK(entry.gauges.hot == in_hot);
      CHECK(entry.gauges.dirty == dirty);
      CHECK(entry.counters.ledger.pending() == pending);
      CHECK(entry.counters.ledger.balanced());
      const auto present = below_.store->ledger(id).present;
      CHECK(amount{present.blocks, present.bytes} == cold);
      hot += in_hot;
    }
    CHECK(amount{kept_->hot().blocks(), kept_->hot().bytes()} == hot);
    CHECK(kept_->hot().bytes() <= kept_->hot().bytes_max());
    CHECK(below_.balanced());
  }

private:
  void put(unsigned number, bool in_chain) {
    storage::block item{key(number), name_space_of(number), {}, payload(number, size_of(number))};
    if (in_chain && number > 0)
      item.parent = key(number - 1);
    (void)kept_->put(std::move(item));
  }

  void promote(unsigned number) {
    const auto found = below_.read(number, name_space_of(number));
    if (found.ok() && kept_->look(name_space_of(number), key(number)).where == actors::place::cold)
      kept_->promote(found.value());
  }

  void offer_all() {
    auto dirty = kept_->dirty();
    kept_->offer_from(dirty, actors::urgency::all_of_it);
  }

  /// Takes one sent block, in any order: writes it to disk or fails it.
  void write(chance& draws) {
    if (sent_.empty())
      return;
    const auto at = sent_.begin() + static_cast<std::ptrdiff_t>(draws.below(sent_.size()));
    const auto [request, slot] = std::move(*at);
    sent_.erase(at);
    if (draws.one_in(6)) {
      if (request.ticket->start())
        kept_->settle(request.sequence, {storage::errc::io, "planned"});
      return;
    }
    answer<void> written;
    below_.store->append({{request.item, written.done(), [&ticket = *request.ticket] { return ticket.start(); }}});
    below_.settle();
    if (!request.ticket->cancelled())
      kept_->settle(request.sequence, written.ok() ? storage::result<void>{} : storage::failure{written.code(), ""});
  }

  void die() {
    sent_.clear();
    kept_->writer_died();
    kept_->writer_restarted();
  }

  void clear(chance& draws) {
    const auto name_space = draws.one_in(2) ? std::nullopt : std::optional<storage::namespace_id>{1};
    const auto which = draws.below(3);
    const auto before = kept_->hot().blocks();
    if (which == 0) {
      (void)kept_->clear(name_space);
    } else if (which == 1) {
      const auto removed = kept_->clear_hot(name_space).removed;
      CHECK(removed == before - kept_->hot().blocks());
    } else {
      (void)kept_->clear_cold(name_space);
      CHECK(kept_->hot().blocks() == before);
    }
  }

  void lower_or_raise(chance& draws) {
    messages::tier_limits wanted;
    wanted.hot_bytes_max = draws.between(10'000, 40'000);
    REQUIRE(kept_->limit(wanted));
    while (!kept_->approach_hot_limit()) {
    }
  }

  World below_;
  std::shared_ptr<actors::limits_now> limits_ = std::make_shared<actors::limits_now>();
  std::shared_ptr<stats::tally> tally_ = std::make_shared<stats::tally>();
  std::vector<sent_block> sent_;
  std::vector<block_key> reclaimed_;
  std::optional<actors::tiers> kept_;
};

} // namespace

TEMPLATE_TEST_CASE("Every gauge equals a recount, for any calls and any order of their ends", "", memory_store_world,
                   memory_segments_world) {
  const auto seed = GENERATE(range(1, 9));
  chance draws{static_cast<std::uint64_t>(seed)};
  walked_tiers<TestType> walked;
  for (unsigned calls = 0; calls < 600; ++calls) {
    INFO("seed " << seed << ", call " << calls);
    walked.act(draws);
    walked.compare();
  }
}
