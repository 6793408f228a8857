#include "tests/bench/run.hpp"

#include "actors/host/program/interruption.hpp"
#include "stats/units.hpp"
#include "tests/bench/peers/peer.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

constexpr std::uint64_t sync_bytes_most = 128ull << 20;

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::optional<double> median_if_any(std::vector<double> values) {
  return values.empty() ? std::nullopt : std::optional{median_of(std::move(values))};
}

/// One workload at one size. Each repetition fills every peer once, and measures it with each number of threads.
class group {
public:
  group(const bench_settings& settings, const workspace& place, workload what, std::uint64_t block_bytes,
        bench_outcome& to)
      : settings_(settings), place_(place), what_(what), block_bytes_(block_bytes),
        threads_(opens(what) ? std::vector{1u} : settings.threads), to_(to), first_(to.cells.size()) {}

  void add_peer(const peer_list::entry& entry) {
    const bool meant = entry.only.empty() ? what_ != workload::paced_put
                                          : std::find(entry.only.begin(), entry.only.end(), what_) != entry.only.end();
    const auto one = entry.make();
    if (meant && one->refuses(stage_in(place_.path())).empty() && (!opens(what_) || (one->reopens() && one->forks())))
      peers_.push_back(&entry);
  }

  void make_cells() {
    for (const auto threads : threads_)
      for (const auto* entry : peers_)
        to_.cells.push_back({what_, block_bytes_, threads, entry->name, {}, {}});
  }

  /// Rotates the order of the peers with each repetition, so that no peer always runs after a hot or busy disk.
  void repeat(unsigned repetition) {
    std::fprintf(stderr, "%s, %s, repetition %u of %u\n", std::string{to_string(what_)}.c_str(),
                 stats::format_bytes(block_bytes_).c_str(), repetition + 1, settings_.repetitions);
    for (std::size_t turn = 0; turn < peers_.size() && interrupted_by() == 0; ++turn)
      if (const auto which = (turn + repetition) % peers_.size(); at(0, which).failed.empty())
        if (auto done = measure_peer(which, repetition); !done && interrupted_by() == 0)
          at(0, which).failed = done.error().context;
  }

private:
  /// In memory: half of --memory is filled, an eighth of the peer's limit. On disk: memory for a sixteenth of the
  /// blocks, and disk room for at least twelve blocks.
  [[nodiscard]] stage stage_in(std::string directory) const {
    stage where{std::move(directory), settings_.memory_bytes, 0, block_bytes_, 0, 0};
    where.threads = *std::max_element(settings_.threads.begin(), settings_.threads.end()) + 1; // plus a writer
    if (what_ == workload::hot_get || what_ == workload::chains)
      where.memory_bytes *= 4;
    if (on_disk(what_)) {
      where.disk_bytes = std::max(settings_.disk_bytes, 12 * block_bytes_);
      where.memory_bytes = std::max(where.disk_bytes / 16, 8 * block_bytes_);
      where.sync_bytes = std::max(std::min(sync_bytes_most, where.disk_bytes / 8), block_bytes_);
    }
    return where;
  }
  cell& at(std::size_t threads, std::size_t peer) { return to_.cells[first_ + threads * peers_.size() + peer]; }

  result<void> measure_peer(std::size_t which, unsigned repetition) {
    auto folder = place_.empty_folder();
    if (!folder)
      return folder.error();
    workload_plan plan{.what = what_,
                       .where = stage_in(std::filesystem::absolute(*folder).string()),
                       .chain = settings_.chain,
                       .seconds = settings_.seconds,
                       .seed = settings_.seed + repetition,
                       .drops_caches = !settings_.quick};
    if (auto free = check_free_space(place_.path(), plan.where.disk_bytes); !free)
      return free;
    const auto& entry = *peers_[which];
    const auto one = entry.make();
    if (opens(what_))
      return keep(at(0, which), measure_open(entry, plan));
    if (auto opened = one->open(plan.where); !opened)
      return opened;
    note_version(entry.name, one->version());
    readings of_fill;
    auto done = fill(*one, plan, of_fill);
    for (std::size_t i = 0; done.ok() && i < threads_.size() && interrupted_by() == 0; ++i) {
      plan.threads = threads_[i];
      auto found = measure(*one, plan);
      if (found)
        found->insert(of_fill.begin(), of_fill.end());
      done = keep(at(i, which), std::move(found));
    }
    one->close();
    return done;
  }

  static result<void> keep(cell& in, result<readings>&& found) {
    if (!found)
      return found.error();
    in.repetitions.push_back(std::move(*found));
    return {};
  }

  void note_version(const std::string& name, const std::string& version) {
    const auto known =
        std::find_if(to_.versions.begin(), to_.versions.end(), [&](const auto& x) { return x.first == name; });
    if (known == to_.versions.end())
      to_.versions.emplace_back(name, version);
  }

  const bench_settings& settings_;
  const workspace& place_;
  workload what_;
  std::uint64_t block_bytes_;
  std::vector<unsigned> threads_;
  bench_outcome& to_;
  std::size_t first_;
  std::vector<const peer_list::entry*> peers_;
};

} // namespace

std::optional<double> cell::median(const std::string& figure) const {
  std::vector<double> values;
  for (const auto& one : repetitions)
    if (const auto found = one.find(figure); found != one.end())
      values.push_back(found->second);
  return median_if_any(std::move(values));
}

std::vector<const cell*> bench_outcome::row(workload what, std::uint64_t block_bytes, unsigned threads) const {
  std::vector<const cell*> found;
  for (const auto& cell : cells)
    if (cell.what == what && cell.block_bytes == block_bytes && cell.threads == threads)
      found.push_back(&cell);
  return found;
}

std::optional<double> bench_outcome::ratio(const cell& one, const std::vector<const cell*>& others) {
  constexpr auto figure = "ns_per_block";
  std::vector<double> ratios;
  for (std::size_t i = 0; i < one.repetitions.size(); ++i) {
    std::optional<double> least;
    for (const auto* other : others)
      if (i < other->repetitions.size())
        if (const auto ns = other->repetitions[i].at(figure); ns > 0)
          least = std::min(least.value_or(ns), ns);
    if (least)
      ratios.push_back(one.repetitions[i].at(figure) / *least);
  }
  return median_if_any(std::move(ratios));
}

result<bench_outcome> run_bench(const bench_settings& settings, const workspace& place) {
  const auto all = all_peers();
  for (const auto& name : settings.peers)
    if (std::none_of(all.entries.begin(), all.entries.end(), [&](const auto& one) { return one.name == name; }))
      return failure{errc::invalid_argument, "--peers: found \"" + name + "\", expected one that --list names"};
  bench_outcome found;
  found.notes = all.notes;
  for (const auto what : settings.what)
    for (const auto size : settings.sizes) {
      group one{settings, place, what, size, found};
      for (const auto& entry : all.entries)
        if (settings.peers.empty() ||
            std::find(settings.peers.begin(), settings.peers.end(), entry.name) != settings.peers.end())
          one.add_peer(entry);
      one.make_cells();
      for (unsigned repetition = 0; repetition < settings.repetitions && interrupted_by() == 0; ++repetition)
        one.repeat(repetition);
    }
  found.interrupted = interrupted_by() != 0;
  return found;
}

} // namespace hearth::bench
