#include "tests/stress/stress_workload.hpp"

#include "actors/host/actors.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hearth::stress {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t open_calls_most = 12;
/// By the first host: checks the replies of a cache that has ended.
constexpr std::uint64_t operations_after_the_end = 50;

/// The outcome of a put, as the history counts it.
history::put_end end_of(const result<put_outcome>& end) {
  if (end.ok())
    return *end == put_outcome::stored ? history::put_end::stored : history::put_end::refreshed;
  switch (end.code()) {
  case errc::overloaded:
  case errc::orphan:
  case errc::too_large:
  case errc::conflict: return history::put_end::refused;
  default: return history::put_end::unknown;
  }
}

void put_ended(lap& of, history::number block, history::version which, history::moment begun,
               const result<put_outcome>& end) {
  judge(of, "put", end, {errc::orphan, errc::too_large, errc::conflict});
  const auto how = end_of(end);
  auto wrong = of.past.put_ends(block, which, how);
  if (wrong.empty() && (how == history::put_end::refreshed || end.code() == errc::conflict))
    wrong = of.past.check_there(block, begun);
  if (!wrong.empty())
    of.found.add(finding_kind::stale, "block " + std::to_string(block) + ": put: " + wrong);
  of.answers.accepted += end.ok() ? 1 : 0;
  of.answers.stored += how == history::put_end::stored ? 1 : 0;
  of.answers.unknown += how == history::put_end::unknown ? 1 : 0;
  of.past.ended(begun);
}

} // namespace

// --- one host ------------------------------------------------------------------------------------------------------

std::uint64_t host::run(std::uint64_t operations) {
  std::uint64_t done = 0;
  for (; done < operations && !lap_.over; ++done) {
    if (first_ && done == lap_.plan.end_at)
      end_lap();
    if (first_ && lap_.ending && done > lap_.plan.end_at + operations_after_the_end)
      lap_.over = true;
    act();
    if (!lap_.calls.wait_for_at_most(open_calls_most)) {
      lap_.found.add(finding_kind::unanswered, "asynchronous calls");
      break;
    }
  }
  return done;
}

void host::act() {
  const auto kind = draws_.below(1000);
  if (kind < 330)
    put();
  else if (kind < 400)
    put_made();
  else if (kind < 600)
    get();
  else if (kind < 840)
    get_prefix();
  else if (kind < 880)
    contains();
  else if (kind < 939)
    erase();
  else if (kind < 940)
    clear();
  else if (kind < 941)
    clear_tier();
  else if (kind < 945)
    flush();
  else if (kind < 948)
    limit();
  else if (kind < 999)
    ask_stats();
  else if (lap_.plan.deaths && draws_.one_in(4))
    kill();
  else if (lap_.plan.resets)
    reset_stats();
}

/// Half of the calls use an eighth of the blocks, so that calls on the same block overlap.
history::number host::draw_block() {
  return static_cast<history::number>(draws_.one_in(2) ? draws_.below(blocks_total / 8) : draws_.below(blocks_total));
}

/// An asynchronous call. The end of the lap waits for its reply.
template <class Done>
auto host::tracked(Done done) {
  lap_.calls.begin();
  return [of = &lap_, done = std::move(done)](const auto& end) {
    done(end);
    if (!of->calls.end())
      of->found.add(finding_kind::unanswered, "an asynchronous call was answered twice");
  };
}

void host::put() {
  const auto block = draw_block();
  const auto begun = lap_.past.begins();
  const auto which = lap_.past.put_begins(block, begun);
  const put_options options{number_of(block), parent_of(block), {}};
  const auto done = [of = &lap_, block, which, begun](const result<put_outcome>& end) {
    put_ended(*of, block, which, begun, end);
  };
  if (waits())
    done(lap_.kept.put(key_of(block), payload_of(block, which), options));
  else
    lap_.kept.put_async(key_of(block), payload_of(block, which), options, tracked(done));
}

/// A put with a preflight: the bytes are made only if there is room for them.
void host::put_made() {
  const auto block = draw_block();
  const auto begun = lap_.past.begins();
  const auto which = lap_.past.put_begins(block, begun);
  bool called = false;
  const auto end = lap_.kept.put(key_of(block), bytes_of(block, which),
                                 [&]() -> result<buffer> {
                                   called = true;
                                   return payload_of(block, which);
                                 },
                                 {number_of(block), parent_of(block), {}});
  if (!called && end.ok())
    lap_.found.add(finding_kind::unexpected, "a put was accepted whose producer was never called");
  if (!end && end.error().context.starts_with("preflight_full"))
    ++lap_.answers.preflight_full;
  put_ended(lap_, block, which, begun, end);
}

/// Sometimes several gets of one block at once, which share a read if the block is cold.
void host::get() {
  const auto block = draw_block();
  for (auto others = draws_.one_in(8) ? draws_.between(1, 3) : 0; others > 0; --others)
    get(block, false);
  get(block, waits());
}

void host::get(history::number block, bool waits) {
  const bool elsewhere = draws_.one_in(16); // in another namespace than the block's
  const get_options options{
      elsewhere ? lap_.numbers[(name_space_of(block) + 1) % name_spaces.size()] : number_of(block), 0, {}};
  const auto begun = lap_.past.begins();
  const auto done = [of = &lap_, block, begun, elsewhere](const result<buffer>& end) {
    const auto ended = of->past.now();
    if (judge(*of, "get", end, {errc::not_found})) {
      if (elsewhere)
        of->found.add(finding_kind::wrong, "block " + std::to_string(block) + " was found in another namespace");
      check_block(*of, block, *end, begun, ended);
    }
    of->past.ended(begun);
  };
  if (waits)
    done(lap_.kept.get(key_of(block), options));
  else
    lap_.kept.get_async(key_of(block), options, tracked(done));
}

/// Part of a chain, sometimes with an unknown key in it or with a block left out.
void host::get_prefix() {
  const auto first = draw_block();
  std::vector<history::number> run;
  for (auto block = first; block < (first / chain_length + 1) * chain_length; ++block)
    if (!draws_.one_in(20))
      run.push_back(block);
  std::vector<block_key> keys;
  for (const auto block : run)
    keys.push_back(key_of(block));
  auto hole = keys.size();
  if (draws_.one_in(10)) {
    hole = draws_.below(keys.size() + 1);
    keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(hole), block_key{});
  }
  const get_options options{number_of(first), draws_.one_in(4) ? draws_.between(1, 100'000) : 0, {}};
  const auto begun = lap_.past.begins();
  const auto done = [of = &lap_, run, hole, begun](const result<prefix>& end) {
    const auto ended = of->past.now();
    if (judge(*of, "get_prefix", end)) {
      if (end->blocks.size() > std::min(hole, run.size()))
        of->found.add(finding_kind::wrong, "a run of blocks goes on where a block is absent");
      for (std::size_t i = 0; i < std::min(end->blocks.size(), run.size()); ++i)
        check_block(*of, run[i], end->blocks[i], begun, ended);
    }
    of->past.ended(begun);
  };
  if (waits())
    done(lap_.kept.get_prefix(keys, options));
  else
    lap_.kept.get_prefix_async(std::move(keys), options, tracked(done));
}

void host::contains() {
  const auto block = draw_block();
  const get_options options{number_of(block), 0, {}};
  const auto begun = lap_.past.begins();
  const auto done = [of = &lap_, block, begun](const result<std::vector<bool>>& end) {
    if (judge(*of, "contains", end) && end->front())
      if (const auto wrong = of->past.check_there(block, begun); !wrong.empty())
        of->found.add(finding_kind::stale, "block " + std::to_string(block) + ": contains: " + wrong);
    of->past.ended(begun);
  };
  if (waits())
    done(lap_.kept.contains(std::span{&key_of(block), 1}, options));
  else
    lap_.kept.contains_async({key_of(block)}, options, tracked(done));
}

void host::erase() {
  const auto block = draw_block();
  const get_options options{number_of(block), 0, {}};
  const auto begun = lap_.past.begins();
  lap_.past.erase_begins(block, begun);
  const auto done = [of = &lap_, block, begun](const result<bool>& end) {
    const bool answered = judge(*of, "erase", end);
    if (answered && *end)
      if (const auto wrong = of->past.check_there(block, begun); !wrong.empty())
        of->found.add(finding_kind::stale, "block " + std::to_string(block) + ": erase: " + wrong);
    of->past.erase_ends(block, begun, answered);
    of->answers.gone += answered && *end ? 1 : 0;
    of->answers.unknown += !answered && end.code() != errc::overloaded ? 1 : 0;
    of->past.ended(begun);
  };
  if (waits())
    done(lap_.kept.erase(key_of(block), options));
  else
    lap_.kept.erase_async(key_of(block), options, tracked(done));
}

/// The blocks to clear: those of one namespace, or all.
std::pair<std::optional<namespace_id>, std::vector<history::number>> host::to_clear() {
  const auto which = draws_.below(name_spaces.size() + 1); // the last: all
  const bool all = which == name_spaces.size();
  std::vector<history::number> blocks;
  for (history::number block = 0; block < blocks_total; ++block)
    if (all || name_space_of(block) == which)
      blocks.push_back(block);
  return {all ? std::nullopt : std::optional{lap_.numbers[which]}, std::move(blocks)};
}

void host::clear() {
  const auto [name_space, blocks] = to_clear();
  const auto begun = lap_.past.begins();
  for (const auto block : blocks)
    lap_.past.erase_begins(block, begun);
  const auto done = [of = &lap_, blocks = blocks, begun](const result<std::uint64_t>& end) {
    const bool answered = judge(*of, "clear", end);
    for (const auto block : blocks)
      of->past.erase_ends(block, begun, answered);
    if (answered && *end > blocks.size())
      of->found.add(finding_kind::uneven,
                    "a clear took " + std::to_string(*end) + " blocks of at most " + std::to_string(blocks.size()));
    of->answers.gone += answered ? *end : 0;
    of->answers.unknown += !answered && end.code() != errc::overloaded ? 1 : 0;
    of->past.ended(begun);
  };
  if (waits())
    done(lap_.kept.clear(name_space));
  else
    lap_.kept.clear_async(name_space, tracked(done));
}

/// A clear of the hot tier takes no block away. One of the cold tier says how many are gone, not which.
void host::clear_tier() {
  const auto which = draws_.one_in(2) ? tier::hot : tier::cold;
  const auto [name_space, blocks] = to_clear();
  const auto begun = lap_.past.begins();
  for (const auto block : blocks)
    lap_.past.may_go_begins(block);
  const auto done = [of = &lap_, which, blocks = blocks, begun](const result<clear_report>& end) {
    const bool answered = judge(*of, "clear of a tier", end);
    for (const auto block : blocks)
      of->past.may_go_ends(block);
    if (answered && std::max(end->removed, end->still_hot) > blocks.size())
      of->found.add(finding_kind::uneven, "a clear of a tier took " + std::to_string(end->removed) +
                                              " blocks and left " + std::to_string(end->still_hot) + " of at most " +
                                              std::to_string(blocks.size()));
    of->answers.gone += answered && which == tier::cold ? end->removed - end->still_hot : 0;
    of->answers.unknown += !answered && end.code() != errc::overloaded ? 1 : 0;
    of->past.ended(begun);
  };
  if (waits())
    done(lap_.kept.clear_tier(which, name_space));
  else
    lap_.kept.clear_tier_async(which, name_space, tracked(done));
}

void host::flush() {
  const milliseconds deadline{draws_.between(0, 200)};
  const auto begun = lap_.past.begins();
  const auto done = [of = &lap_, begun](const result<flush_report>& end) {
    judge(*of, "flush", end);
    if (end.ok() && end->synced)
      of->past.synced(begun);
    of->past.ended(begun);
  };
  if (draws_.one_in(4))
    done(lap_.kept.flush());
  else
    lap_.kept.flush_async(deadline, tracked(done));
}

/// From no hot tier at all up to the largest.
void host::limit() {
  tier_limits wanted{.hot_bytes_max = draws_.one_in(4) ? 0 : draws_.below(hot_bytes_most), .cold_bytes_max = {}};
  if (!lap_.plan.roomy)
    wanted.cold_bytes_max = draws_.between(lap_.plan.cold_most / 4, lap_.plan.cold_most);
  const auto done = [of = &lap_](const result<void>& end) { judge(*of, "limit", end); };
  if (waits())
    done(lap_.kept.limit(wanted));
  else
    lap_.kept.limit_async(wanted, tracked(done));
}

void host::ask_stats() {
  const bool one = draws_.one_in(3);
  const std::uint64_t accepted = lap_.answers.accepted;
  const auto done = [of = &lap_, one, accepted](const result<stats::snapshot>& end) {
    if (judge(*of, "stats", end))
      check_snapshot(*of, *end, one ? 0 : accepted);
  };
  const auto* name = one ? name_spaces[draws_.below(name_spaces.size())] : "*";
  if (waits())
    done(lap_.kept.stats(name));
  else
    lap_.kept.stats_async(name, tracked(done));
}

void host::reset_stats() {
  const auto end = lap_.kept.reset_stats();
  judge(lap_, "reset_stats", end);
}

// --- faults --------------------------------------------------------------------------------------------------------

void host::kill() {
  const auto& registry = *lap_.kept.actors().registry;
  const auto whom = draws_.below(3);
  const auto end = [](const auto& actor) {
    if (actor)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
  };
  if (whom == 0)
    end(registry.writer());
  else if (whom == 1)
    end(registry.reader());
  else
    end(registry.stats());
}

/// While all hosts are active.
void host::end_lap() {
  lap_.ending = true;
  if (lap_.plan.end == lap_end::death) {
    caf::anon_send_exit(lap_.kept.actors().hot_cache.actor, caf::exit_reason::kill);
  } else {
    const auto begun = lap_.past.begins();
    lap_.kept.close_async(milliseconds{draws_.between(0, 100)},
                          tracked([of = &lap_, begun](const result<close_report>& end) {
                            judge(*of, "close", end);
                            if (end.ok() && end->synced)
                              of->past.synced(begun);
                            of->past.ended(begun);
                          }));
  }
}

} // namespace hearth::stress
