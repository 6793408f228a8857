#include "tests/stress/stress_run.hpp"

#include "storage/verify/verify.hpp"
#include "tests/stress/stress_workload.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace hearth::stress {

namespace {

using std::chrono::milliseconds;

/// Repeats a call while its error is `for_now`, for a minute at most.
template <class Ask>
auto ask_until_answered(Ask ask, errc for_now) {
  auto end = ask();
  for (int tries = 0; !end && end.code() == for_now && tries < 6'000; ++tries) {
    std::this_thread::sleep_for(milliseconds{10});
    end = ask();
  }
  return end;
}

} // namespace

storage::result<bool> stress_run::run(std::uint64_t operations) {
  const auto started = std::chrono::steady_clock::now();
  while (operations_ < operations && found_.count() == 0)
    if (const auto end = run_lap(draw_lap(plan_, draws_.fork(laps_++), operations - operations_)); !end)
      return end.error();
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const auto number = [](std::uint64_t x) { return static_cast<unsigned long long>(x); };
  std::printf("%llu operations in %llu lives, %.0f a second: %llu blocks stored, %llu read, %llu calls refused, "
              "history at most %llu; "
              "wrong %llu, stale %llu, unanswered %llu, uneven %llu, unexpected %llu\n",
              number(operations_), number(laps_), static_cast<double>(operations_) / seconds, number(stored_),
              number(read_), number(refused_), number(history_most_), number(found_.count(finding_kind::wrong)),
              number(found_.count(finding_kind::stale)), number(found_.count(finding_kind::unanswered)),
              number(found_.count(finding_kind::uneven)), number(found_.count(finding_kind::unexpected)));
  std::fflush(stdout);
  return found_.count() == 0;
}

storage::result<void> stress_run::run_lap(const lap_plan& plan) {
  auto options = plan.options;
  options.directory = directory_;
  // The last job of a closed cache may still hold the lock.
  auto opened = ask_until_answered([&] { return cache::open(options); }, errc::busy);
  if (!opened)
    return opened.error();
  {
    auto kept = std::move(*opened);
    lap now{kept, past_, found_, plan, {}};
    for (std::size_t i = 0; i < name_spaces.size(); ++i)
      now.numbers[i] = kept.name_space(name_spaces[i]).value();
    const auto present = count_present(now, true);
    if (cold_blocks_ && present != *cold_blocks_)
      found_.add(finding_kind::uneven, std::to_string(*cold_blocks_) + " blocks were left on disk, " +
                                           std::to_string(present) + " are there after opening it again");
    ask(now);
    end(now, present);
    stored_ += now.answers.stored;
    read_ += now.answers.read;
    refused_ += now.answers.refused;
  }
  past_.reopened();
  if (cold_blocks_ && laps_ % 4 == 0)
    check_disk();
  return {};
}

/// Runs the host threads until all have ended and every call is answered.
void stress_run::ask(lap& now) {
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> done{0};
  const auto each = std::max<std::uint64_t>(now.plan.operations / plan_.hosts, 1);
  for (std::uint64_t number = 0; number < plan_.hosts; ++number)
    threads.emplace_back([&, number] {
      host one{now, draws_.fork(laps_ * 1'000 + number), number == 0};
      done += one.run(each);
    });
  for (auto& thread : threads)
    thread.join();
  if (!now.calls.wait_for_at_most(0))
    found_.add(finding_kind::unanswered, "asynchronous calls at the end of a life");
  operations_ += done;
  history_most_ = std::max(history_most_, past_.size());
}

/// Looks up every block; with `read`, checks its bytes, too.
std::uint64_t stress_run::count_present(lap& now, bool read) {
  std::uint64_t present = 0;
  for (history::number block = 0; block < blocks_total; ++block) {
    const get_options options{now.numbers[name_space_of(block)], 0, {}};
    const auto begun = past_.begins();
    const auto found = now.kept.contains(key_of(block), options);
    if (judge(now, "contains", found) && *found) {
      ++present;
      if (const auto wrong = past_.check_there(block, begun); !wrong.empty())
        found_.add(finding_kind::stale, "block " + std::to_string(block) + ": when all was quiet: " + wrong);
    }
    if (read)
      if (const auto got = now.kept.get(key_of(block), options); judge(now, "get", got, {errc::not_found}))
        check_block(now, block, *got, begun, past_.now());
    past_.ended(begun);
  }
  return present;
}

void stress_run::end(lap& now, std::uint64_t present_at_first) {
  cold_blocks_.reset();
  if (!now.ending)
    audit(now, present_at_first);
  now.ending = true;
  const auto begun = past_.begins();
  const auto closed = now.kept.close();
  const bool in_order = judge(now, "close", closed) && closed->synced;
  if (in_order)
    past_.synced(begun);
  past_.ended(begun);
  check_closed(now);
  if (!in_order)
    cold_blocks_.reset();
}

/// With no pending call, three accounts must agree: the replies to hosts, the counters, and the blocks found.
void stress_run::audit(lap& now, std::uint64_t present_at_first) {
  const auto begun = past_.begins();
  const auto flushed = now.kept.flush();
  if (judge(now, "the last flush", flushed) && flushed->synced)
    past_.synced(begun);
  past_.ended(begun);
  const auto seen = ask_until_answered([&] { return now.kept.stats(); }, errc::overloaded);
  const auto present = count_present(now, false);
  if (!judge(now, "the last snapshot", seen))
    return;
  check_snapshot(now, *seen, now.answers.accepted);
  const auto& [counters, gauges, recent] = seen->whole;
  const auto hold = [&](bool holds, const std::string& what) {
    if (!holds)
      found_.add(finding_kind::uneven, "when all was quiet: " + what);
  };
  hold(present <= gauges.hot.blocks + gauges.cold.blocks + gauges.queue.blocks, "the gauges miss blocks");
  if (now.plan.resets)
    return;
  hold(counters.saves == now.answers.accepted || now.answers.unknown > 0,
       std::to_string(now.answers.accepted) + " puts were accepted, " + std::to_string(counters.saves) +
           " are counted");
  hold(counters.ledger.dropped(stats::drop_reason::preflight_full).blocks == now.answers.preflight_full,
       "preflight_full is not what hosts were told");
  if (counters.evictions > 0 || now.answers.unknown > 0)
    return; // a reclaimed block may still be hot
  const auto came = present_at_first + now.answers.stored;
  const auto gone = now.answers.gone + counters.lost.blocks;
  hold(came == present + gone, std::to_string(came) + " blocks came, " + std::to_string(present) + " are there, " +
                                   std::to_string(now.answers.gone) + " were erased and " +
                                   std::to_string(counters.lost.blocks) + " count as lost");
}

/// After a close, or the death of hot_cache, no block is pending, and the blocks on disk stay there.
void stress_run::check_closed(lap& now) {
  const auto ask = [&] { return now.kept.stats(); };
  auto seen = ask_until_answered(ask, now.plan.end == lap_end::death ? errc::none : errc::overloaded);
  if (!seen && now.plan.end == lap_end::death)
    return; // stats died before hot_cache, and is not replaced any more
  if (!judge(now, "the snapshot after the end", seen))
    return;
  for (int tries = 0;
       now.plan.end == lap_end::death && seen.ok() && tries < 6'000 &&
       (seen->whole.counters.ledger.pending() != stats::amount{} || seen->whole.gauges.dirty != stats::amount{});
       ++tries) {
    std::this_thread::sleep_for(milliseconds{10}); // stats does not know of the death yet
    seen = ask();
  }
  if (!seen)
    return;
  check_snapshot(now, *seen, now.answers.accepted);
  const auto& whole = seen->whole;
  if (whole.counters.ledger.pending() != stats::amount{})
    found_.add(finding_kind::uneven, "something is pending after the end");
  if (whole.gauges.dirty != stats::amount{})
    found_.add(finding_kind::uneven, "something is dirty after the end");
  cold_blocks_ = whole.gauges.cold.blocks;
}

/// The directory of a cache that was closed in order must be sound.
void stress_run::check_disk() {
  const auto files = storage::make_posix_file_system();
  const auto verified =
      ask_until_answered([&] { return storage::verify_store(*files, directory_, false, {}); }, errc::busy);
  if (!verified)
    found_.add(finding_kind::unexpected, "verify: " + to_string(verified.error()));
  else if (verified->damaged() > 0)
    found_.add(finding_kind::wrong, "verify finds damage: " + std::string{to_string(verified->findings.front().kind)} +
                                        ", " + verified->findings.front().file);
  else if (verified->total().blocks != *cold_blocks_)
    found_.add(finding_kind::uneven, "the last snapshot counted " + std::to_string(*cold_blocks_) +
                                         " cold blocks, the disk has " + std::to_string(verified->total().blocks));
}

} // namespace hearth::stress
