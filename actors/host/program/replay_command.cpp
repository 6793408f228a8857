#include "actors/host/program/replay_command.hpp"

#include "actors/host/cache.hpp"
#include "actors/host/program/interruption.hpp"
#include "actors/host/program/progress_bar.hpp"
#include "actors/host/program/replay.hpp"
#include "actors/host/program/replay_report.hpp"
#include "actors/host/program/replay_setup.hpp"

#include <chrono>
#include <iostream>

#include <unistd.h>

namespace hearth {

namespace {

using namespace std::chrono_literals;

constexpr int failed = 1;

result<replay_counts> replay_all(cache& cache, const named_workload& work, const replay_options& options) {
  progress_bar bar{std::cerr, ::isatty(STDERR_FILENO) == 1, work.requests};
  replay_hooks hooks;
  hooks.now_ns = steady_now_ns;
  hooks.request_done = [&bar](const replay_counts& counts) {
    bar.update(counts.requests, counts.bytes_read + counts.bytes_put, counts.ns);
  };
  hooks.stop = [] { return interrupted_by() != 0; };
  return replay(work.next, target_of(cache), {options.block_bytes, options.verify}, hooks);
}

/// Whether the cold tier's directory is gone. It may come back, but a replay does not wait for that.
bool disk_is_gone(cache& cache) {
  const auto now = cache.stats();
  return now && now->whole.gauges.cold_state == stats::cold_state::detached;
}

/// Flushes in slices of five seconds, so that an interruption takes effect soon. Gives up after a minute.
result<void> flush(cache& cache) {
  for (int slice = 0; slice < 12 && interrupted_by() == 0 && !disk_is_gone(cache); ++slice) {
    const auto flushed = cache.flush(5s);
    if (!flushed)
      return flushed.error();
    if (flushed->left.blocks == 0)
      break;
  }
  return {}; // the snapshot shows the remaining blocks as pending or dirty
}

/// Replays the workload on an open cache, flushes, and takes the snapshot.
result<replay_report> replay_and_measure(cache& cache, const named_workload& work, const replay_options& options) {
  auto counts = replay_all(cache, work, options);
  if (!counts)
    return counts.error();
  if (auto flushed = flush(cache); !flushed)
    return failure{flushed.code(), "flush: " + flushed.error().context};
  auto snapshot = cache.stats();
  if (!snapshot)
    return failure{snapshot.code(), "stats: " + snapshot.error().context};
  return replay_report{work.name, std::move(*counts), std::move(*snapshot)};
}

command_outcome outcome_of(const result<replay_report>& report, const result<close_report>& closed, bool json) {
  if (const int signal = interrupted_by())
    return {128 + signal, {}, "interrupted by signal " + std::to_string(signal)};
  if (!report)
    return {failed, {}, to_string(report.error())};
  command_outcome outcome{0, json ? to_json(*report) + '\n' : to_table(*report), {}};
  if (!report->sound()) {
    outcome.status = failed;
    outcome.error = report->counts.wrong_blocks > 0 ? std::to_string(report->counts.wrong_blocks) + " wrong blocks"
                                                    : "the ledger is not balanced";
  } else if (!closed) {
    outcome.status = failed;
    outcome.error = "close: " + to_string(closed.error());
  }
  return outcome;
}

} // namespace

command_outcome run_replay(const replay_options& options) {
  auto work = load_workload(options);
  if (!work)
    return {bad_input, {}, work.error().context};
  note_interruptions(); // before there are files to clean up
  auto place = cache_place::make(options);
  if (!place)
    return {bad_input, {}, place.error().context};
  auto opened = open_shown(to_cache_options(options, place->directory()));
  if (!opened)
    return {bad_input, {}, opened.error().context};
  auto& cache = *opened;
  const auto report = replay_and_measure(cache, *work, options);
  const auto closed = cache.close(interrupted_by() != 0 || disk_is_gone(cache) ? 1s : 30s);
  return outcome_of(report, closed, options.json);
}

} // namespace hearth
