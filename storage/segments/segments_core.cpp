#include "storage/segments/segments_core.hpp"

#include "storage/format/checksum.hpp"
#include "storage/segments/segments_jobs.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

segments_store_config without_io(segments_store_config config) {
  config.io.reset();
  config.on_opening = {};
  return config;
}

/// The caller of `append` knows two ways in which a write fails.
failure write_failure(failure error) {
  if (error.code != errc::no_space && error.code != errc::closed)
    error.code = errc::io;
  return error;
}

} // namespace

segments_core::segments_core(segments_store_config config, std::unique_ptr<directory_lock> lock,
                             std::shared_ptr<held_directory> place, std::uint64_t store)
    : config_(without_io(config)), folder_(config_.directory + "/segments/"), store_(store), lock_(std::move(lock)),
      place_(std::move(place)), io_(config.io), policy_(make_reclaim_policy(config.order)),
      budget_(config_), segments_(config.bytes_max), placement_(config_, segments_), appends_(config_),
      present_(segments_) {}

/// Payloads are hashed here, on the caller's thread: the writer's, while the disk is at work on what came before.
void segments_core::append(std::vector<append_item> batch) {
  for (auto& request : batch) {
    auto job = std::make_shared<segment_append>();
    job->name_space = config_.namespaces->name(request.item.name_space);
    job->record_bytes = segment_record_bytes(request.item.payload.size());
    job->checksum = checksum(request.item.payload.bytes());
    job->request = std::move(request);
    update([&](deferred& later) { admit(job, later); });
  }
}

void segments_core::read(std::vector<read_item> batch) {
  update([&](deferred& later) {
    for (auto& item : batch)
      start_read(std::move(item), later);
  });
}

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
  const auto id = present_.find(key);
  if (id == no_record)
    return std::nullopt;
  const auto& found = present_.at(id);
  return cold_entry{static_cast<namespace_id>(found.name_space), found.payload_bytes};
}

void segments_core::touch(const block_key& key) {
  std::lock_guard guard{mutex_};
  if (const auto id = present_.find(key); id != no_record)
    present_.use(id);
}

bool segments_core::erase(const block_key& key) {
  bool was_readable = false;
  update([&](deferred& later) {
    const auto id = present_.find(key);
    was_readable = id != no_record;
    if (was_readable)
      present_.take_out(id, &cold_ledger::erased);
    cancel_erased([&](const block& item) { return item.key == key; }, later);
  });
  return was_readable;
}

std::size_t segments_core::clear(std::optional<namespace_id> name_space) {
  std::size_t count = 0;
  update([&](deferred& later) {
    count = present_.erase_if([&](const indexed_block& one) { return !name_space || one.name_space == *name_space; });
    cancel_erased([&](const block& item) { return !name_space || item.name_space == *name_space; }, later);
  });
  return count;
}

void segments_core::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  update([&](deferred&) {
    present_.erase_if([&](const indexed_block& one) { return !stays(one.key, one.sequence); });
  });
}

std::vector<abandoned_block> segments_core::abandon() {
  std::vector<abandoned_block> gone;
  update([&](deferred&) {
    closed_ = stopped_ = true; // first: no index is written any more, in which the blocks would be missing
    listener_ = {};
    gone = present_.abandon();
    appends_.mark_erased([](const block&) { return true; });
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
    // What waits in vain must not have everything else reclaimed for it.
    const auto fits = [&](const segment_append& job) { return budget_.check(job.request.item.payload.size()); };
    for (const auto& job : appends_.take_waiting([&](const auto& one) { return !fits(one); }))
      answer(job, fits(*job), later);
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
  return present_.ledger(name_space);
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
  return present_.keys();
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
  for (auto before = appends_.waiting() + 1; appends_.waiting() < before;) { // each refusal lets the next one try
    before = appends_.waiting();
    place();
    reclaim(later);
  }
  while (auto write = appends_.gather(segments_))
    later.writes.push_back(std::move(write));
  start_checkpoint(later);
  later.reclaimed = present_.take_reclaimed();
  if (!later.reclaimed.empty())
    later.listener = listener_;
}

/// Answers what waits; what has a place is still written if the engine lives.
void segments_core::give_up(deferred& later) {
  const failure reason{errc::closed, folder_ + ": the store was closed or its I/O engine stopped before this was done"};
  if (stopped_) {
    for (const auto& job : appends_.take_all_placed()) {
      placement_.ended(job->at);
      if (job->copy)
        --preparing_->copies;
      else
        answer(job, reason, later);
    }
  }
  for (const auto& job : appends_.take_all_waiting())
    answer(job, reason, later);
  for (auto& sync : std::exchange(syncs_, {}))
    later.answers.push_back([done = std::move(sync.done), reason] { done(reason); });
}

/// Headers are encoded and buffers allocated here, where the mutex is free.
void segments_core::build(deferred& later) {
  for (const auto& job : later.reads) {
    lay_out(*job);
    auto& built = later.jobs.emplace_back();
    built.kind = io_kind::read;
    built.bytes = segment_record_bytes(job->payload_bytes);
    built.complete = [core = shared_from_this(), job](bool ran) {
      core->update([&](deferred& then) { core->read_ended(*job, ran, then); });
    };
    if (!job->transfer)
      continue;
    built.work = [core = shared_from_this(), job] { verify(*job, core->folder_); };
    built.transfer = job->transfer;
    built.cancelled = job->cancelled;
  }
  for (const auto& job : later.writes) {
    lay_out(*job, store_);
    auto& built = later.jobs.emplace_back();
    built.kind = io_kind::write;
    built.bytes = job->bytes;
    built.complete = [core = shared_from_this(), job](bool ran) {
      core->update([&](deferred& then) { core->write_ended(*job, ran, then); });
    };
    built.transfer = job->transfer;
  }
}

void segments_core::answer(const std::shared_ptr<segment_append>& job, result<void> outcome, deferred& later) {
  later.answers.push_back([job, outcome = std::move(outcome)] { job->request.done(outcome); });
}

/// Takes an append in; its `begin` is asked last.
void segments_core::admit(const std::shared_ptr<segment_append>& job, deferred& later) {
  if (auto fits = budget_.check(job->request.item.payload.size()); !fits)
    return answer(job, std::move(fits), later);
  if (job->request.begin && !job->request.begin())
    return answer(job, failure{errc::closed, "given up before it began"}, later);
  shrink_refused_ = false;
  appends_.add(job);
}

/// Gives places to what waits, first come, first served, for as long as there is a segment for it.
void segments_core::place() {
  while (appends_.any_waiting()) {
    const auto at = placement_.place(appends_.first().record_bytes);
    if (!at)
      return;
    appends_.place(appends_.take_first(), *at);
  }
}

void segments_core::write_ended(record_write& job, bool ran, deferred& later) {
  appends_.ended(job);
  for (const auto& record : job.records)
    placement_.ended(record->at);
  job.target.reset(); // whoever removes the file next closes it
  if (job.transfer)
    job.transfer->target.reset();
  if (!ran) {
    stopped_ = true;
    job.outcome = {errc::closed, folder_ + ": the I/O engine stopped before the block was written"};
  } else if (job.outcome && !job.transfer->moved) {
    job.outcome = job.transfer->moved.error();
  }
  auto& in = segments_.at(job.slot);
  if (job.outcome) {
    in.data_dirty = true;
    unsynced_bytes_ += job.bytes;
    activity_.written_bytes += job.bytes;
  } else {
    job.outcome = write_failure(job.outcome.error());
    in.index_dirty = true; // a part may be on the disk: the index has to pass over it
    if (job.outcome.code() == errc::no_space)
      placement_.no_space_in(job.slot);
  }
  for (const auto& record : job.records) {
    if (record->copy) {
      copy_written(*record, job.outcome.ok());
      continue;
    }
    if (job.outcome)
      record_written(*record);
    answer(record, job.outcome, later);
  }
}

void segments_core::record_written(const segment_append& job) {
  const auto& item = job.request.item;
  indexed_block written;
  written.key = item.key;
  written.sequence = job.sequence;
  written.payload_bytes = item.payload.size();
  written.name_space = item.name_space;
  written.slot = job.at.slot;
  written.page = static_cast<std::uint32_t>(job.at.offset / page_size);
  present_.persisted(written, job.erased);
  activity_.payload_bytes += item.payload.size();
  unsynced_[item.name_space] += cold_amount{1, item.payload.size()};
}

/// An append without a place is cancelled as if it had been written and then erased, which costs no write. One with a
/// place is written and never becomes readable.
void segments_core::cancel_erased(const std::function<bool(const block&)>& matches, deferred& later) {
  for (const auto& job : appends_.take_waiting([&](const auto& one) { return matches(one.request.item); })) {
    const auto& item = job->request.item;
    activity_.payload_bytes += item.payload.size();
    present_.cancelled(item.name_space, item.payload.size());
    answer(job, {}, later);
  }
  appends_.mark_erased(matches);
}

/// `done` is empty for a copy that reclaim makes: then it is no use.
void segments_core::start_read(read_item item, deferred& later) {
  auto& [key, name_space, done, cancelled] = item;
  const auto refuse = [&](errc code, std::string context) {
    later.answers.push_back([done = std::move(item.done), error = failure{code, std::move(context)}] { done(error); });
  };
  if (stopped_)
    return refuse(errc::closed, folder_ + ": the I/O engine has stopped");
  const auto id = present_.find(key);
  if (id == no_record || present_.at(id).name_space != name_space)
    return refuse(errc::not_found, "no block " + to_hex(key) + " in this namespace");
  if (done)
    present_.use(id);
  const auto& found = present_.at(id);
  auto& in = segments_.at(found.slot);
  ++in.readers;
  auto job = std::make_shared<record_read>();
  job->done = std::move(done);
  job->key = key;
  job->name_space = name_space;
  job->name = config_.namespaces->name(name_space);
  job->sequence = found.sequence;
  job->payload_bytes = found.payload_bytes;
  job->place = {store_, found.slot, in.generation, std::uint64_t{found.page} * page_size};
  job->target = in.target;
  job->cancelled = std::move(cancelled);
  later.reads.push_back(std::move(job));
}

void segments_core::read_ended(record_read& job, bool ran, deferred& later) {
  --segments_.at(job.place.slot).readers;
  job.target.reset(); // whoever removes the file next closes it
  if (job.transfer)
    job.transfer->target.reset();
  if (!ran) {
    stopped_ = true;
    job.outcome = failure{errc::closed, folder_ + ": the I/O engine stopped before the block was read"};
  }
  const auto id = present_.find(job.key);
  if (job.outcome.code() == errc::corrupt && id != no_record && present_.at(id).sequence == job.sequence &&
      present_.at(id).slot == job.place.slot)
    present_.take_out(id, &cold_ledger::corrupt);
  if (!job.done)
    return copy_read(job);
  later.answers.push_back([done = std::move(job.done), outcome = std::move(job.outcome)] { done(outcome); });
}

} // namespace hearth::storage
