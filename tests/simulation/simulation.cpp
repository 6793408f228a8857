#include "tests/simulation/simulation.hpp"

#include "storage/verify/verify.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulation {

simulation::simulation(sim_request request)
    : request_(std::move(request)), seed_(request_.seed), profile_(draw_profile(seed_.fork(1))),
      history_(profile_.blocks), files_(storage::make_memory_file_system(true)), order_(seed_.fork(2)) {
  report_.trace_hash = 0xcbf29ce484222325;
  (void)files_->create_directory("/cache");
  (void)files_->sync_names("/");
}

sim_report simulation::run() {
  try {
    live();
  } catch (const std::exception& error) { // thrown by the world if nothing makes progress
    fail(error.what());
  }
  report_.operation = operation_;
  if (kept_) { // a violation ended the run
    no_more_faults();
    kept_.reset();
  }
  return report_;
}

void simulation::live() {
  open();
  for (operation_ = 0; operation_ < request_.operations && report_.violation.empty(); ++operation_)
    if (!request_.skipped.contains(operation_))
      operate(operation_);
  if (report_.violation.empty())
    finish();
}

void simulation::operate(std::size_t index) {
  auto draws = seed_.fork(100 + index);
  order_ = draws.fork(1);
  if (dead_)
    restart(draws);
  else if (draws.one_in(12))
    adversity(draws);
  else
    host_asks(draws);
  for (auto steps = draws.below(12); steps > 0 && report_.violation.empty() && world_->step(); --steps) {
  }
  if (draws.one_in(4))
    world_->advance(std::chrono::microseconds{draws.between(10, 2'000)});
  check();
}

void simulation::open() {
  testing::world_parts parts;
  parts.files = files_;
  parts.make_disk = [this](storage::clock_ns clock) {
    disk_ = make_scattered_disk(std::move(clock), seed_.fork(50 + operation_));
    disk_->temper({4, 100'000, profile_.slow_one_in});
    return disk_;
  };
  parts.next_actor = [this](std::size_t actors) { return order_.below(actors); };
  parts.after_message = [this] { check(); };
  world_.emplace(std::move(parts));
  limits_ = {};
  limits_.cold_now = limits_.cold_most = profile_.options.cold_bytes_max;
  limits_.hot_now = limits_.hot_most = profile_.options.hot_bytes_max;
  dead_ = false;
  times_away_ = 0;
  auto opened = world_->open(profile_.options);
  if (!opened) { // a planned fault may have hit it; without a fault it must open
    note("refused to open", static_cast<std::uint64_t>(opened.code()));
    fire("openings refused");
    no_more_faults();
    opened = world_->open(profile_.options);
  }
  if (!opened) {
    fail("does not open: " + to_string(opened.error()));
    return;
  }
  kept_.emplace(std::move(*opened));
  other_ = kept_->name_space("other").value();
  note("opened");
  accounts_ = {};
  accounts_.known = true;
  accounts_.present_at_first = count_present();
}

std::uint64_t simulation::count_present() {
  std::uint64_t present = 0;
  for (number block = 0; block < profile_.blocks; ++block) {
    const auto found = kept_->contains(key(block), {name_space(block), 0, {}});
    accounts_.known = accounts_.known && found.ok();
    present += found.ok() && *found ? 1 : 0;
    if (found.ok() && *found)
      note("there", block);
  }
  return present;
}

/// With nothing in flight, three accounts must agree: the replies to hosts, the counters, and the blocks found.
void simulation::audit() {
  no_more_faults();
  world_->run();
  if (!open_.empty() || dead_)
    return;
  const auto flushed = kept_->flush(seconds{5});
  world_->run();
  if (flushed.ok() && flushed->synced) // not while detached; failed removals have been retried
    limits_.cold_most = limits_.cold_now;
  check();
  const auto seen = kept_->stats();
  const auto present = count_present();
  if (!seen.ok() || !accounts_.known)
    return;
  check(*seen);
  const auto& [counters, gauges, recent] = seen->whole;
  const auto& ledger = counters.ledger;
  using enum stats::drop_reason;
  if (ledger.dropped(preflight_full).blocks != accounts_.preflight_full)
    fail("hosts were refused " + std::to_string(accounts_.preflight_full) + " times by the preflight, counted were " +
         std::to_string(ledger.dropped(preflight_full).blocks));
  if (ledger.dropped(late_full).blocks < accounts_.late_full)
    fail("fewer late_full were counted than hosts were told");
  if (present > gauges.hot.blocks + gauges.cold.blocks + gauges.queue.blocks || present < gauges.hot.blocks ||
      present < gauges.cold.blocks)
    fail("the gauges say other than what is there");
  if (profile_.roomy) {
    const auto came = accounts_.present_at_first + accounts_.stored;
    const auto gone = accounts_.erased + counters.lost.blocks;
    if (came != present + gone)
      fail(std::to_string(came) + " blocks came, " + std::to_string(present) + " are there, " +
           std::to_string(accounts_.erased) + " were erased and " + std::to_string(counters.lost.blocks) +
           " counted as lost");
  }
  fire("audits");
}

void simulation::note(const std::string& what, std::uint64_t more) {
  auto& hash = report_.trace_hash;
  const auto add = [&](std::uint64_t byte) { hash = (hash ^ (byte & 0xff)) * 0x100000001b3; };
  for (const auto letter : what)
    add(static_cast<unsigned char>(letter));
  const auto time = world_ ? static_cast<std::uint64_t>(world_->now().count()) : 0;
  for (int shift = 0; shift < 64; shift += 8) {
    add(more >> shift);
    add(time >> shift);
  }
  if (request_.keep_log)
    report_.log.push_back(std::to_string(operation_) + " at " + std::to_string(time / 1'000) + " us: " + what + " (" +
                          std::to_string(more) + ")");
}

void simulation::fail(const std::string& what) {
  if (report_.violation.empty())
    report_.violation = what;
  note("VIOLATION " + what);
}

/// Invariants that hold between any two messages.
void simulation::check() {
  if (!kept_)
    return;
  if (const auto used = files_->bytes_in_use(); used > limits_.cold_most)
    fail("the files take " + std::to_string(used) + " bytes, the cold limit is " + std::to_string(limits_.cold_most));
  const auto& gate = *kept_->actors().writer_gate;
  const auto taken = gate.taken();
  if (taken.slots > gate.limits().slots_max || taken.bytes > gate.limits().bytes_max)
    fail("the writer's mailbox is over its bound");
  const auto now = world_->now();
  for (const auto& [id, one] : open_)
    if (one.due < now && !dead_)
      return fail("not answered in time: " + one.what);
}

void simulation::check(const stats::snapshot& seen) {
  const auto& whole = seen.whole;
  const auto hold = [&](bool holds, const char* what) {
    if (!holds)
      fail(what);
  };
  hold(whole.counters.ledger.balanced(), "the ledger does not balance");
  stats::counters sum;
  for (const auto& [name, part] : seen.namespaces) {
    hold(part.counters.ledger.balanced(), "the ledger of a namespace does not balance");
    sum += part.counters;
  }
  hold(sum.ledger == whole.counters.ledger, "the ledgers of the namespaces do not add up");
  hold(whole.gauges.hot.bytes <= whole.gauges.hot_cache_max_bytes, "the hot tier is over its limit");
  hold(whole.gauges.dirty.blocks <= whole.gauges.hot.blocks, "more blocks are dirty than hot");
  hold(whole.gauges.hot.bytes <= limits_.hot_most, "the hot tier is over the limit that was asked for");
  hold(whole.gauges.total_size_bytes <= limits_.cold_most, "the cold tier is over its limit");
  hold(whole.gauges.queue == whole.counters.ledger.pending(), "the queue is not what is pending");
  hold(whole.gauges.queue.blocks <= profile_.options.writer_queue_blocks &&
           whole.gauges.queue.bytes <= profile_.options.writer_queue_bytes,
       "more is pending than the writer's mailbox holds");
  using enum stats::drop_reason;
  const auto& ledger = whole.counters.ledger;
  std::uint64_t reasons = ledger.failed().blocks;
  for (const auto reason : {evict_full, orphan, over_budget, too_large, closing})
    reasons += ledger.dropped(reason).blocks;
  reasons += times_away_ * profile_.blocks; // all blocks that were only cold
  hold(whole.counters.lost.blocks <= reasons, "more blocks are lost than were given up");
  hold(ledger.dropped(evict_full).blocks <= whole.counters.hot_cache_evictions,
       "more evict_full than blocks have left the hot tier");
  hold(!profile_.roomy || whole.counters.evictions == 0, "something was reclaimed although there is room");
  for (std::size_t reason = 0; reason < stats::drop_reasons; ++reason)
    if (whole.counters.ledger.dropped(static_cast<stats::drop_reason>(reason)).blocks > 0)
      report_.fired["dropped: " + std::string{to_string(static_cast<stats::drop_reason>(reason))}] += 1;
  if (whole.counters.evictions > 0)
    fire("snapshots with reclaimed blocks");
  if (whole.gauges.cold_state == stats::cold_state::detached)
    fire("snapshots while detached");
}

/// Lets everything in flight end, without further faults.
void simulation::settle() {
  no_more_faults();
  world_->run();
  world_->advance(seconds{15}); // the longest back-off of an actor that died repeatedly
  world_->run();
}

void simulation::read_all_back() {
  for (number block = 0; block < profile_.blocks && report_.violation.empty(); ++block) {
    const auto begun = history_.now();
    const auto found = kept_->get(key(block), {name_space(block), 0, {}});
    if (found.ok())
      check_block(block, *found, begun);
    else if (found.code() != errc::not_found && found.code() != errc::overloaded)
      fail("block " + std::to_string(block) + " cannot be read: " + to_string(found.error()));
  }
}

/// Normal end of a run: every request is answered, every block is read back, and the disk must be sound.
void simulation::finish() {
  if (dead_) {
    auto draws = seed_.fork(3);
    restart(draws);
  }
  settle();
  if (!open_.empty())
    return fail("never answered: " + open_.begin()->second.what);
  audit();
  read_all_back();
  const auto snapshot = kept_->stats();
  if (!snapshot.ok())
    return fail("no snapshot at the end: " + to_string(snapshot.error()));
  check(*snapshot);
  const auto flushed = kept_->flush(seconds{20});
  if (!flushed.ok() || !flushed->synced)
    return fail("the last flush did not sync");
  world_->run();
  const auto after = kept_->stats();
  if (!after.ok())
    return fail("no snapshot after the last flush");
  check(*after);
  const auto& whole = after->whole;
  if (whole.counters.ledger.pending() != stats::amount{} || whole.gauges.queue != stats::amount{})
    fail("something is pending although nothing is in flight");
  const auto closed = kept_->close();
  note("closed at the end", static_cast<std::uint64_t>(closed.code()));
  end_process();
  if (!report_.violation.empty())
    return;
  const auto verified = storage::verify_store(*files_, "/cache", false, {});
  if (!verified.ok())
    return fail("cannot be verified: " + to_string(verified.error()));
  if (!damaged_ && verified->damaged() > 0)
    fail("verify finds damage that nobody did: " + std::string{to_string(verified->findings.front().kind)} + ", " +
         verified->findings.front().file);
  const auto& found = verified->total();
  if (!damaged_ && (found.blocks != whole.gauges.cold.blocks || found.payload_bytes != whole.gauges.cold.bytes))
    fail("the snapshot counted " + std::to_string(whole.gauges.cold.blocks) + " cold blocks of " +
         std::to_string(whole.gauges.cold.bytes) + " bytes, the disk has " + std::to_string(found.blocks) + " of " +
         std::to_string(found.payload_bytes));
}

} // namespace hearth::simulation
