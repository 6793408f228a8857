#include "tests/crash/crash_lane.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <thread>
#include <utility>

#include <dlfcn.h>

namespace hearth::crash {

namespace {

/// Number of calls that the shim made fail in this process; 0 without the shim.
std::uint64_t faults_so_far() {
  using counter = std::uint64_t (*)();
  const auto counted = reinterpret_cast<counter>(::dlsym(RTLD_DEFAULT, "hearth_faults_injected"));
  return counted != nullptr ? counted() : 0;
}

snapshot_figures figures_of(const stats::snapshot& item) {
  const auto balanced = [](const auto& part) { return part.counters.ledger.balanced(); };
  const auto& [counters, gauges, recent] = item.whole;
  snapshot_figures figures;
  figures.balanced = balanced(item.whole) &&
                     std::ranges::all_of(item.namespaces, [&](const auto& one) { return balanced(one.second); });
  figures.errors = counters.errors;
  figures.persisted = counters.ledger.persisted().blocks;
  figures.dropped = counters.ledger.dropped().blocks;
  figures.failed = counters.ledger.failed().blocks;
  figures.lost = counters.lost.blocks;
  figures.evictions = counters.evictions;
  figures.present = gauges.cold.blocks;
  figures.bytes_in_use = gauges.total_size_bytes;
  figures.bytes_max = gauges.max_size_bytes;
  figures.faults = faults_so_far();
  return figures;
}

} // namespace

lane_work::lane_work(cache& kept, const child_order& order, const event_sender& reports, shared_work& shared,
                     const std::vector<namespace_id>& name_spaces, std::uint32_t number)
    : kept_(kept), order_(order), reports_(reports), shared_(shared), name_spaces_(name_spaces), number_(number),
      random_(mix_bits(order.seed) + number) {}

void lane_work::run() {
  for (std::uint64_t n = 0; n < order_.life.operations && shared_.put_bytes_left > 0; ++n)
    act();
}

void lane_work::act() {
  if (random_.one_in(order_.life.flush_one_in))
    return flush();
  const auto choice = random_.below(100);
  if (choice < 40)
    put_chain();
  else if (choice < 68)
    get_chain();
  else if (choice < 92)
    erase();
  else if (choice < 94)
    clear();
  else if (choice < 98)
    tell_figures();
  else if (order_.life.pauses)
    pause();
}

// --- puts ----------------------------------------------------------------------------------------------------------

/// Puts as a host does: the blocks of a request, head first. Sometimes a single block from anywhere in the chain.
void lane_work::put_chain() {
  const auto last = draw_key();
  const auto first = random_.one_in(4) ? last : last - last % chain_length;
  for (auto key = first; key <= last; ++key)
    put(key);
}

void lane_work::put(std::uint32_t key) {
  auto& block = blocks_[key];
  if (!block.known)
    get(key);
  if (!block.known)
    return; // the get failed: the present version is unknown
  const auto version = block.version ? *block.version : shared_.next_version++;
  const auto content = payload(order_.plan.mix, {key, version});
  const auto bytes = content.size();
  auto left = shared_.put_bytes_left.load();
  do {
    if (left < bytes) {
      shared_.put_bytes_left = 0; // all lanes end
      return;
    }
  } while (!shared_.put_bytes_left.compare_exchange_weak(left, left - bytes));
  put_options options;
  options.name_space = name_spaces_[number_];
  if (const auto parent = parent_of(key))
    options.parent = all_block_keys()[*parent];
  event told{.kind = event_kind::put_begin, .lane = lane(), .key = key, .version = version};
  reports_.send(told);
  const auto& name = all_block_keys()[key];
  const auto outcome = random_.one_in(2) ? kept_.put(name, content, options)
                                         : kept_.put(
                                               name, bytes, [&] { return result<buffer>{content}; }, options);
  told.kind = event_kind::put_end;
  told.outcome = outcome.code();
  told.flag = outcome.ok() && *outcome == put_outcome::stored;
  reports_.send(told);
  block.known = outcome.ok();
  block.version = version;
}

// --- gets ----------------------------------------------------------------------------------------------------------

void lane_work::tell_got(std::uint32_t key, const result<buffer>& got) {
  event told{.kind = event_kind::got, .lane = lane(), .outcome = got.code(), .key = key};
  auto& block = blocks_[key];
  block.known = got.ok() || got.code() == errc::not_found;
  block.version.reset();
  if (got) {
    told.version = version_in(*got);
    told.found = digest_of(*got);
    block.version = told.version;
  }
  reports_.send(told);
}

void lane_work::get(std::uint32_t key) {
  tell_got(key, kept_.get(all_block_keys()[key], {.name_space = name_spaces_[lane_of(key)]}));
}

/// The first block missing from a prefix tells nothing: the prefix may have been truncated.
void lane_work::get_chain() {
  const auto last = draw_key();
  const auto first = last - last % chain_length;
  const auto run = std::span{all_block_keys()}.subspan(first, last - first + 1);
  const auto found = kept_.get_prefix(run, {.name_space = name_spaces_[number_]});
  if (!found)
    return tell_got(first, found.error());
  for (std::uint32_t i = 0; i < found->blocks.size(); ++i)
    tell_got(first + i, found->blocks[i]);
  if (found->blocks.empty())
    get(first);
}

key_bits lane_work::present() {
  key_bits bits = 0;
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    const auto keys = std::span{all_block_keys()}.subspan(lane * keys_per_lane, keys_per_lane);
    const auto found = kept_.contains(keys, {.name_space = name_spaces_[lane]}).value();
    for (std::uint32_t i = 0; i < keys_per_lane; ++i)
      bits |= found[i] ? bit_of(lane * keys_per_lane + i) : 0;
  }
  return bits;
}

// --- the rest ------------------------------------------------------------------------------------------------------

void lane_work::erase() {
  const auto key = draw_key();
  event told{.kind = event_kind::erase_begin, .lane = lane(), .key = key};
  reports_.send(told);
  const auto erased = kept_.erase(all_block_keys()[key], {.name_space = name_spaces_[number_]});
  told.kind = event_kind::erase_end;
  told.outcome = erased.code();
  told.flag = erased.ok() && *erased;
  reports_.send(told);
  blocks_[key] = {erased.ok(), std::nullopt};
}

void lane_work::clear() {
  event told{.kind = event_kind::clear_begin, .lane = lane()};
  reports_.send(told);
  const auto cleared = kept_.clear(name_spaces_[number_]);
  told.kind = event_kind::clear_end;
  told.outcome = cleared.code();
  reports_.send(told);
  for (std::uint32_t i = 0; i < keys_per_lane; ++i)
    blocks_[number_ * keys_per_lane + i] = {cleared.ok(), std::nullopt};
}

void lane_work::flush() {
  event told{.kind = event_kind::flush_begin, .lane = lane()};
  reports_.send(told);
  const auto flushed = kept_.flush(order_.life.flush_deadline);
  told.kind = event_kind::flush_end;
  told.outcome = flushed.code();
  told.flag = flushed.ok() && flushed->synced;
  told.present = flushed ? present() : 0;
  reports_.send(told);
}

void lane_work::tell_figures() {
  reports_.send({.kind = event_kind::figures_begin, .lane = lane()});
  const auto taken = kept_.stats();
  if (taken)
    reports_.send({.kind = event_kind::figures, .lane = lane(), .figures = figures_of(*taken)});
}

void lane_work::pause() { std::this_thread::sleep_for(std::chrono::milliseconds{random_.between(1, 30)}); }

} // namespace hearth::crash
