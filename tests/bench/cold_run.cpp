#include "tests/bench/cold_run.hpp"

#include "actors/host/program/interruption.hpp"
#include "stats/units.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace hearth::bench {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::uint64_t once_above = 64ull << 20; ///< larger blocks are measured in the first repetition only

/// Those that were asked for, or all. Errors: invalid_argument.
result<contender_list> chosen_contenders(const bench_settings& settings) {
  auto list = all_contenders();
  if (settings.contenders.empty())
    return list;
  for (const auto& name : settings.contenders)
    if (std::none_of(list.entries.begin(), list.entries.end(), [&](const auto& x) { return x.name == name; }))
      return failure{errc::invalid_argument, "--contenders: found \"" + name + "\", expected names that --list shows"};
  std::erase_if(list.entries, [&](const auto& x) {
    return std::find(settings.contenders.begin(), settings.contenders.end(), x.name) == settings.contenders.end();
  });
  return list;
}

result<void> measure(cell& at) {
  if (auto opened = at.store.open(at.where); !opened)
    return opened;
  for (const auto step : {measure_put, check_bytes, measure_reads, measure_latency})
    if (auto done = step(at); !done)
      return done;
  return at.store.close();
}

/// One contender, one size, one repetition.
void run_cell(const contender_list::entry& entry, const cell_plan& plan, payloads& blocks, std::uint64_t seed,
              const workspace& place, run_outcome::row& row) {
  auto& outcome = row.cells[plan.block_bytes];
  if (!outcome.refused.empty() || !outcome.failed.empty())
    return;
  const auto folder = place.empty_folder();
  if (!folder) {
    outcome.failed = to_string(folder.error());
    return;
  }
  const auto store = entry.make();
  const stage where{*folder, plan.capacity_bytes, plan.block_bytes, plan.sync_bytes, &blocks};
  outcome.refused = store->refuses(where);
  if (!outcome.refused.empty())
    return;
  const auto started = seconds_now();
  cell at{*store, where, plan, std::mt19937_64{seed}, 0, {}};
  const auto measured = measure(at);
  row.facts = store->facts();
  if (measured.ok())
    outcome.repetitions.push_back(std::move(at.found));
  else if (interrupted_by() == 0)
    outcome.failed = to_string(measured.error());
  std::fprintf(stderr, "  %-20s %5.1f s%s%s\n", entry.name.c_str(), seconds_now() - started,
               outcome.failed.empty() ? "" : "  FAILED: ", outcome.failed.c_str());
}

/// All contenders at one size, once.
result<void> run_size(const contender_list& list, const bench_settings& settings, std::uint64_t block_bytes,
                      unsigned repetition, const workspace& place, run_outcome& run) {
  const auto plan = plan_for(settings, block_bytes);
  if (auto free = check_free_space(place.path(), plan.capacity_bytes); !free)
    return free;
  const auto seed = settings.seed * 1'000'003 + repetition * 1'009 + block_bytes;
  auto blocks = payloads::make(block_bytes, plan.write_depth, plan.read_depth, seed);
  if (!blocks)
    return blocks.error();
  std::vector<std::uint64_t> order(list.entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random{seed};
  shuffle(order, random);
  std::fprintf(stderr, "repetition %u of %u, %s:\n", repetition + 1, settings.repetitions,
               stats::format_bytes(block_bytes).c_str());
  for (const auto i : order)
    if (interrupted_by() == 0)
      run_cell(list.entries[i], plan, *blocks, seed + i, place, run.rows[i]);
  return {};
}

} // namespace

result<run_outcome> run_cold(const bench_settings& settings, const workspace& place) {
  const auto list = chosen_contenders(settings);
  if (!list)
    return list.error();
  run_outcome run;
  run.notes = list->notes;
  for (const auto& entry : list->entries)
    run.rows.push_back({entry.name, entry.make()->facts(), entry.is_limit, {}});
  for (const auto size : settings.sizes)
    if (const auto plan = plan_for(settings, size); plan.capacity_bytes > settings.disk_bytes_max)
      return failure{errc::invalid_argument, "--sizes: " + stats::format_bytes(size) + " needs stores of " +
                                                 stats::format_bytes(plan.capacity_bytes) + ", more than --disk-max " +
                                                 stats::format_bytes(settings.disk_bytes_max) + " allows"};
  for (unsigned repetition = 0; repetition < settings.repetitions && interrupted_by() == 0; ++repetition)
    for (const auto size : settings.sizes)
      if ((size <= once_above || repetition == 0) && interrupted_by() == 0)
        if (auto done = run_size(*list, settings, size, repetition, place, run); !done)
          return done.error();
  run.interrupted = interrupted_by() != 0;
  return run;
}

} // namespace hearth::bench
