#include "tests/bench/caches/caches_run.hpp"

#include "actors/host/program/interruption.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::optional<double> median_if_any(std::vector<double> values) {
  return values.empty() ? std::nullopt : std::optional{median_of(std::move(values))};
}

/// One workload at one size: every peer is filled once a repetition, and asked by each number of threads.
class group {
public:
  group(const caches_settings& settings, const workspace& place, workload what, std::uint64_t block_bytes,
        caches_outcome& to)
      : settings_(settings), place_(place), what_(what), block_bytes_(block_bytes), to_(to), first_(to.cells.size()) {}

  void add_peer(const peer_list::entry& entry) {
    const auto refused = entry.make()->refuses(stage({}));
    if (!refused.empty())
      return;
    peers_.push_back(&entry);
  }

  void make_cells() {
    for (const auto threads : settings_.threads)
      for (const auto* entry : peers_)
        to_.cells.push_back({what_, block_bytes_, threads, entry->name, {}, {}});
  }

  /// The order of the peers turns with the repetition, so that none is always the one after a hot or a busy disk.
  void repeat(unsigned repetition) {
    for (std::size_t turn = 0; turn < peers_.size() && interrupted_by() == 0; ++turn)
      if (const auto which = (turn + repetition) % peers_.size(); cell(0, which).failed.empty())
        if (auto done = measure_peer(which, repetition); !done)
          cell(0, which).failed = done.error().context;
  }

private:
  [[nodiscard]] peer_stage stage(std::string directory) const {
    return {std::move(directory), settings_.memory_bytes, on_disk(what_) ? settings_.disk_bytes : 0, block_bytes_,
            *std::max_element(settings_.threads.begin(), settings_.threads.end())};
  }
  caches_cell& cell(std::size_t threads, std::size_t peer) {
    return to_.cells[first_ + threads * peers_.size() + peer];
  }

  result<void> measure_peer(std::size_t which, unsigned repetition) {
    auto folder = place_.empty_folder();
    if (!folder)
      return folder.error();
    workload_plan plan{what_,
                       stage(std::filesystem::absolute(*folder).string()),
                       1,
                       settings_.chain,
                       settings_.seconds,
                       0,
                       settings_.seed + repetition};
    const auto peer = peers_[which]->make();
    if (what_ == workload::hot_get ||
        what_ == workload::chains) // half of --memory is filled, an eighth of what there is
      plan.stage.memory_bytes *= 4;
    if (on_disk(what_)) // memory for a sixteenth of the blocks, whatever the cache is given otherwise
      plan.stage.memory_bytes = std::max(plan.stage.disk_bytes / 16, 8 * block_bytes_);
    if (auto opened = peer->open(plan.stage); !opened)
      return opened;
    note_version(peers_[which]->name, peer->version());
    auto done = fill(*peer, plan);
    for (std::size_t i = 0; done.ok() && i < settings_.threads.size() && interrupted_by() == 0; ++i) {
      plan.threads = settings_.threads[i];
      plan.first_new = std::uint64_t{i + 1} << 32;
      const auto found = measure(*peer, plan);
      if (found)
        cell(i, which).repetitions.push_back(*found);
      else
        done = found.error();
    }
    peer->close();
    return done;
  }

  void note_version(const std::string& name, const std::string& version) {
    const auto known =
        std::find_if(to_.versions.begin(), to_.versions.end(), [&](const auto& x) { return x.first == name; });
    if (known == to_.versions.end())
      to_.versions.emplace_back(name, version);
  }

  const caches_settings& settings_;
  const workspace& place_;
  workload what_;
  std::uint64_t block_bytes_;
  caches_outcome& to_;
  std::size_t first_;
  std::vector<const peer_list::entry*> peers_;
};

} // namespace

std::optional<double> caches_cell::median(const std::string& figure) const {
  std::vector<double> values;
  for (const auto& one : repetitions)
    if (const auto found = one.find(figure); found != one.end())
      values.push_back(found->second);
  return median_if_any(std::move(values));
}

std::vector<const caches_cell*> caches_outcome::row(workload what, std::uint64_t block_bytes, unsigned threads) const {
  std::vector<const caches_cell*> found;
  for (const auto& cell : cells)
    if (cell.what == what && cell.block_bytes == block_bytes && cell.threads == threads)
      found.push_back(&cell);
  return found;
}

std::optional<double> caches_outcome::ratio(const caches_cell& one, const caches_cell& other,
                                            const std::string& figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(one.repetitions.size(), other.repetitions.size()); ++i)
    if (const auto below = other.repetitions[i].at(figure); below > 0)
      ratios.push_back(one.repetitions[i].at(figure) / below);
  return median_if_any(std::move(ratios));
}

result<caches_outcome> run_caches(const caches_settings& settings, const workspace& place) {
  const auto all = all_peers();
  for (const auto& name : settings.peers)
    if (std::none_of(all.entries.begin(), all.entries.end(), [&](const auto& one) { return one.name == name; }))
      return failure{errc::invalid_argument, "--peers: found \"" + name + "\", expected one that --list names"};
  caches_outcome found;
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
