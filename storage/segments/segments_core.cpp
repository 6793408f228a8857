#include "storage/segments/segments_core.hpp"

#include "storage/segments/segments_jobs.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

segments_store_config without_io(segments_store_config config) {
  config.io.reset();
  config.on_opening = {};
  return config;
}

} // namespace

segments_core::segments_core(segments_store_config config, std::unique_ptr<directory_lock> lock,
                             std::shared_ptr<held_directory> place, std::uint64_t store)
    : config_(without_io(config)), folder_(config_.directory + "/segments/"), store_(store), lock_(std::move(lock)),
      place_(std::move(place)), io_(config.io), policy_(make_reclaim_policy(config.order)),
      budget_(config_), segments_(config.bytes_max), placement_(config_, segments_) {}

std::optional<cold_entry> segments_core::find(const block_key& key) const {
  std::lock_guard guard{mutex_};
  return entry_of(key);
}

cold_lookup segments_core::look_up(const block_key& key, std::uint64_t payload_bytes) const {
  std::lock_guard guard{mutex_};
  return {entry_of(key), budget_.check(payload_bytes).ok(), segment_record_bytes(payload_bytes)};
}

/// Pre: locked.
std::optional<cold_entry> segments_core::entry_of(const block_key& key) const {
  const auto id = index_.find(key);
  if (id == no_record)
    return std::nullopt;
  const auto& found = index_.at(id);
  return cold_entry{static_cast<namespace_id>(found.name_space), found.payload_bytes};
}

void segments_core::touch(const block_key& key) {
  std::lock_guard guard{mutex_};
  if (const auto id = index_.find(key); id != no_record)
    use(id);
}

bool segments_core::erase(const block_key& key) {
  bool was_readable = false;
  update([&](deferred& later) {
    const auto id = index_.find(key);
    was_readable = id != no_record;
    if (was_readable)
      take_out(id, &cold_ledger::erased);
    cancel_erased([&](const block& item) { return item.key == key; }, later);
  });
  return was_readable;
}

std::size_t segments_core::clear(std::optional<namespace_id> name_space) {
  std::size_t count = 0;
  update([&](deferred& later) {
    count = erase_if([&](const indexed_block& one) { return !name_space || one.name_space == *name_space; });
    cancel_erased([&](const block& item) { return !name_space || item.name_space == *name_space; }, later);
  });
  return count;
}

void segments_core::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  update([&](deferred&) { erase_if([&](const indexed_block& one) { return !stays(one.key, one.sequence); }); });
}

/// Returns how many there were.
std::size_t segments_core::erase_if(const std::function<bool(const indexed_block&)>& matches) {
  std::size_t count = 0;
  for (auto id = index_.oldest(); id != no_record;) {
    const auto next = index_.newer(id);
    if (matches(index_.at(id))) {
      take_out(id, &cold_ledger::erased);
      ++count;
    }
    id = next;
  }
  return count;
}

std::vector<abandoned_block> segments_core::abandon() {
  std::vector<abandoned_block> gone;
  update([&](deferred&) {
    closed_ = stopped_ = true; // first: no index is written any more, in which the blocks would be missing
    listener_ = {};
    gone.reserve(index_.size());
    for (auto id = index_.oldest(); id != no_record; id = index_.oldest()) {
      const auto& one = index_.at(id);
      gone.push_back({one.key, {static_cast<namespace_id>(one.name_space), one.payload_bytes}, one.sequence});
      take_out(id, &cold_ledger::vanished);
    }
    mark_erased([](const block&) { return true; });
  });
  return gone;
}

result<void> segments_core::limit(std::uint64_t bytes_max) {
  if (auto allowed = budget_.may_change(bytes_max); !allowed)
    return allowed;
  update([&](deferred& later) {
    budget_.change(bytes_max);
    segments_.capacity(bytes_max);
    growth_refused_ = shrink_refused_ = false;
    refuse_too_large(later);
  });
  return {};
}

/// Others may fill the disk: what is left above the floor is what may be added, what is missing below it has to go.
void segments_core::note_free(const result<std::uint64_t>& free) {
  if (free && budget_.disk_has(*free))
    shrink_refused_ = false;
}

cold_activity segments_core::activity() const {
  std::lock_guard guard{mutex_};
  return activity_;
}

cold_ledger segments_core::ledger(std::optional<namespace_id> name_space) const {
  std::lock_guard guard{mutex_};
  return ledgers_.of(name_space);
}

std::uint64_t segments_core::bytes_in_use() const {
  std::lock_guard guard{mutex_};
  return budget_.used();
}

std::uint64_t segments_core::bytes_max() const {
  std::lock_guard guard{mutex_};
  return budget_.bytes_max();
}

std::vector<block_key> segments_core::keys() const {
  std::lock_guard guard{mutex_};
  std::vector<block_key> keys;
  keys.reserve(index_.size());
  for (auto id = index_.oldest(); id != no_record; id = index_.newer(id))
    keys.push_back(index_.at(id).key);
  return keys;
}

void segments_core::on_reclaimed(std::function<void(std::vector<block_key>)> listener) {
  update([&](deferred&) { listener_ = std::move(listener); });
}

void segments_core::close() {
  update([this](deferred&) {
    closed_ = true;
    listener_ = {};
  });
}

/// Every change may have made room, ended a write, or stopped the engine: one place decides what goes on.
void segments_core::advance(deferred& later) {
  if (closed_ || stopped_)
    give_up(later);
  start_checkpoint(later); // first, while no segment is at work: some syncs wait for that
  for (std::size_t before = waiting_.size() + 1; waiting_.size() < before;) { // each refusal lets the next one try
    before = waiting_.size();
    place();
    reclaim(later);
  }
  start_writes(later);
  start_checkpoint(later);
  later.reclaimed.swap(reclaimed_);
  if (!later.reclaimed.empty())
    later.listener = listener_;
}

/// Answers what waits; what has a place is still written if the engine lives.
void segments_core::give_up(deferred& later) {
  const failure reason{errc::closed, folder_ + ": the store was closed or its I/O engine stopped before this was done"};
  auto left = std::exchange(waiting_, {});
  if (stopped_) {
    for (const auto& job : placed_)
      placement_.ended(job->at);
    left.insert(left.begin(), placed_.begin(), placed_.end());
    placed_.clear();
  }
  for (const auto& job : left) {
    if (job->copy)
      --preparing_->copies;
    else
      later.answers.push_back([job, reason] { job->request.done(reason); });
  }
  for (auto& sync : std::exchange(syncs_, {}))
    later.answers.push_back([done = std::move(sync.done), reason] { done(reason); });
}

/// Headers are encoded and buffers allocated here, where the mutex is free.
void segments_core::build(deferred& later) {
  for (const auto& read : later.reads)
    later.jobs.push_back(build(read));
  for (const auto& write : later.writes)
    later.jobs.push_back(build(write));
}

} // namespace hearth::storage
