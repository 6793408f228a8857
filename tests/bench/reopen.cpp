// Estimate: the disk reads a cold 4 KiB in 70 us, so one file a block costs 60 to 90 us a block: 100,000 in 6 to 9 s.
// An index in a sidecar file for each segment needs 36 ms for them. LMDB opens in no time, as it reads nothing; listing
// its keys takes 0.6 s.
#include "tests/bench/reopen.hpp"

#include "actors/host/program/interruption.hpp"
#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/wait.h>
#include <unistd.h>

namespace hearth::bench {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr unsigned depth = 16;
constexpr std::uint64_t fixed_bytes = 64ull << 20; ///< what a store may need besides its blocks

/// What one store takes: block, header and index are bounded by two units of 4 KiB beside the payload.
std::uint64_t bytes_needed(const bench_settings& settings, std::uint64_t blocks) {
  const auto payload = (settings.payload_bytes + 4095) / 4096 * 4096;
  return (blocks + blocks / 10) * (payload + 4096) + fixed_bytes;
}

/// In another process, as nobody survives a SIGKILL: opens the store, puts blocks `first` to `first + count - 1`, and
/// closes it or is killed. Returns in the parent. Errors: the child's, as an exit code; its words are on standard
/// error.
result<void> fill_in_child(const contender_list::entry& entry, const stage& where, std::uint64_t first,
                           std::uint64_t count, bool killed) {
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child < 0)
    return system_failure("fork", errno);
  if (child == 0) {
    const auto store = entry.make();
    auto done = store->open(where);
    if (done.ok())
      done = store->put(first, count, depth);
    if (done.ok() && killed)
      ::raise(SIGKILL);
    if (done.ok())
      done = store->sync();
    if (done.ok())
      done = store->close();
    if (!done.ok())
      std::fprintf(stderr, "%s\n", to_string(done.error()).c_str());
    std::fflush(nullptr);
    ::_exit(done.ok() ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const bool as_planned =
      killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!as_planned)
    return {errc::io, "the process that filled the store failed; it said why above"};
  return {};
}

/// Fills once; then, in each repetition, has another process put a few more blocks and end, and opens what it left.
result<void> measure(const contender_list::entry& entry, const stage& where, unsigned repetitions, bool thorough,
                     reopen_outcome::row& row) {
  auto next = row.blocks;
  if (auto filled = fill_in_child(entry, where, 0, next, row.killed); !filled)
    return filled;
  const auto more = std::max<std::uint64_t>(row.blocks / 100, 1);
  for (unsigned repetition = 0; repetition < repetitions; ++repetition) {
    if (auto go_on = check_interruption(); !go_on)
      return go_on;
    if (repetition > 0)
      if (auto filled = fill_in_child(entry, where, next, more, row.killed); !filled)
        return filled;
    next += repetition > 0 ? more : 0;
    drop_page_cache(where.directory, thorough);
    const auto store = entry.make();
    const auto started = seconds_now();
    if (auto opened = store->open(where); !opened)
      return opened;
    row.open_ms.push_back((seconds_now() - started) * 1e3);
    row.found = store->blocks();
    if (auto closed = store->close(); !closed)
      return closed;
  }
  return {};
}

reopen_outcome::row run_row(const contender_list::entry& entry, const bench_settings& settings, std::uint64_t blocks,
                            bool killed, const workspace& place) {
  reopen_outcome::row row{entry.name, blocks, killed, {}, 0, {}};
  const auto needed = bytes_needed(settings, blocks);
  if (needed > settings.disk_bytes_max) {
    row.failed = "not measured: needs " + stats::format_bytes(needed) + ", --disk-max is " +
                 stats::format_bytes(settings.disk_bytes_max);
    return row;
  }
  const auto prepare = [&]() -> result<void> {
    if (auto free = check_free_space(place.path(), needed); !free)
      return free;
    const auto folder = place.empty_folder();
    if (!folder)
      return folder.error();
    auto payload = payloads::make(settings.payload_bytes, depth, depth, settings.seed);
    if (!payload)
      return payload.error();
    const stage where{*folder, needed, settings.payload_bytes, 128ull << 20, &*payload};
    return measure(entry, where, settings.repetitions, !settings.quick, row);
  };
  if (const auto done = prepare(); !done)
    row.failed = to_string(done.error());
  std::fprintf(stderr, "  %-20s %8llu blocks%s%s\n", entry.name.c_str(), static_cast<unsigned long long>(blocks),
               killed ? ", killed" : "", row.failed.empty() ? "" : (": " + row.failed).c_str());
  return row;
}

} // namespace

reopen_outcome run_reopen(const bench_settings& settings, const workspace& place) {
  reopen_outcome run;
  for (const auto& entry : all_contenders().entries) {
    const bool chosen = settings.contenders.empty() || std::find(settings.contenders.begin(), settings.contenders.end(),
                                                                 entry.name) != settings.contenders.end();
    for (const auto blocks : settings.counts)
      for (const bool killed : {false, true})
        if (entry.reopens && chosen && interrupted_by() == 0)
          run.rows.push_back(run_row(entry, settings, blocks, killed, place));
  }
  return run;
}

std::string to_tables(const reopen_outcome& run, const bench_settings& settings, const machine_facts& machine) {
  std::string text;
  for (const auto& [name, value] : machine)
    text += name + ": " + value + '\n';
  text += "payload: " + stats::format_bytes(settings.payload_bytes) +
          "\n\nOpening a store, page cache dropped, ms; per block in us\n";
  stats::columns rows;
  rows.row({"contender", "blocks", "after", "median", "min", "max", "us/block", "found"});
  for (const auto& row : run.rows) {
    std::vector<std::string> line{row.name, std::to_string(row.blocks), row.killed ? "SIGKILL" : "close"};
    if (!row.failed.empty()) {
      line.push_back(row.failed);
    } else {
      const auto times = spread_of(row.open_ms);
      for (const auto value : {times.median, times.least, times.most})
        line.push_back(fixed(value, 1));
      line.push_back(fixed(times.median * 1e3 / static_cast<double>(row.blocks), 2));
      line.push_back(std::to_string(row.found));
    }
    rows.row(std::move(line));
  }
  return text + rows.text();
}

std::string to_json(const reopen_outcome& run, const bench_settings& settings, const machine_facts& machine) {
  stats::json_writer json;
  json.object("machine", [&] {
    for (const auto& [name, value] : machine)
      json.text(name, value);
  });
  json.integer("payload_bytes", settings.payload_bytes);
  json.object("reopen", [&] {
    for (const auto& row : run.rows)
      json.object(row.name + ", " + std::to_string(row.blocks) + (row.killed ? ", killed" : ", closed"), [&] {
        json.text("failed", row.failed);
        json.integer("found", row.found);
        if (row.open_ms.empty())
          return;
        const auto times = spread_of(row.open_ms);
        json.real("open_ms_median", times.median);
        json.real("open_ms_min", times.least);
        json.real("open_ms_max", times.most);
      });
  });
  return json.finish() + '\n';
}

} // namespace hearth::bench
