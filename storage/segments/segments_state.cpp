#include "storage/segments/segments_state.hpp"

#include "storage/format/checksum.hpp"

#include <utility>

namespace hearth::storage {

namespace {

/// Maps an error to the codes that the caller of `append` expects: no_space, closed or io.
failure write_failure(failure error) {
  if (error.code != errc::no_space && error.code != errc::closed)
    error.code = errc::io;
  return error;
}

std::uint32_t page_of(const segment_offset& at) { return static_cast<std::uint32_t>(at.offset / page_size); }

} // namespace

segments_state::segments_state(const segments_store_config& config, std::uint64_t store, std::string folder)
    : config_(config), store_(store), folder_(std::move(folder)), segments_(config.bytes_max), budget_(config),
      placement_(config, segments_), appends_(config), present_(segments_),
      preparation_(config, store, folder_, segments_, placement_, budget_, present_),
      checkpoints_(config, store, segments_, present_) {}

void segments_state::number_from(const segments_found& found) {
  appends_.number_from(found.next_sequence);
  preparation_.number_from(found.next_generation);
  for (const auto slot : found.taken)
    preparation_.taken(slot);
}

/// An unsealed segment becomes the open one if it is the newest and has enough room; the index of any other is written
/// soon.
void segments_state::adopt(const found_segment& found, std::shared_ptr<file> target) {
  auto& one = segments_.add(found.slot);
  one.generation = found.generation;
  one.bytes = found.bytes;
  one.records_max = found.records_max;
  one.cursor = found.cursor;
  one.records = found.records;
  one.target = std::move(target);
  one.state = segment_state::sealed;
  one.index_dirty = found.index_stale;
  budget_.take(one);
  if (found.sealed)
    return;
  one.data_dirty = true; // records behind its index may not be durable
  placement_.adopt(one);
}

void segments_state::adopt(const found_block& found) {
  indexed_block block;
  block.key = found.key;
  block.sequence = found.sequence;
  block.payload_bytes = found.payload_bytes;
  block.name_space = found.name_space;
  block.slot = found.slot;
  block.page = found.page;
  placement_.note_record(segment_record_bytes(found.payload_bytes));
  present_.recovered(block);
}

std::optional<std::uint32_t> segments_state::victim_at_open() const {
  return budget_.exceeded() ? preparation_.victim_at_open() : std::nullopt;
}

std::uint64_t segments_state::reclaim_at_open(std::uint32_t slot) {
  const auto& victim = segments_.at(slot);
  const auto blocks = victim.live_blocks;
  present_.reclaim(victim);
  return blocks;
}

void segments_state::removed_at_open(std::uint32_t slot) {
  placement_.forget(slot);
  preparation_.forget(slot);
}

/// Calls the append's `begin` last.
void segments_state::append(const std::shared_ptr<segment_append>& added, segments_work& work) {
  if (auto fits = budget_.check(added->request.item.payload.size()); !fits)
    return answer(added, std::move(fits), work);
  if (added->request.begin && !added->request.begin())
    return answer(added, failure{errc::closed, "given up before it began"}, work);
  preparation_.may_shrink();
  appends_.add(added);
}

void segments_state::answer(const std::shared_ptr<segment_append>& one, result<void> outcome, segments_work& work) {
  work.answers.push_back([one, outcome = std::move(outcome)] { one->request.done(outcome); });
}

/// If `done` is empty, reclaim reads the block to copy it: that does not count as use.
void segments_state::read(read_item item, segments_work& work) {
  auto& [key, name_space, done, cancelled] = item;
  const auto refuse = [&](errc code, std::string context) {
    work.answers.push_back([done = std::move(item.done), error = failure{code, std::move(context)}] { done(error); });
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
  work.reads.push_back(std::move(job));
}

void segments_state::touch(const block_key& key) {
  if (const auto id = present_.find(key); id != no_record)
    present_.use(id);
}

bool segments_state::erase(const block_key& key, segments_work& work) {
  const auto id = present_.find(key);
  if (id != no_record)
    present_.take_out(id, &cold_ledger::erased);
  cancel([&](const block& item) { return item.key == key; }, work);
  return id != no_record;
}

std::size_t segments_state::clear(std::optional<namespace_id> name_space, segments_work& work) {
  const auto count =
      present_.erase_if([&](const indexed_block& one) { return !name_space || one.name_space == *name_space; });
  cancel([&](const block& item) { return !name_space || item.name_space == *name_space; }, work);
  return count;
}

void segments_state::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  present_.erase_if([&](const indexed_block& one) { return !stays(one.key, one.sequence); });
}

/// Cancels matching appends. A waiting append is answered as if it had been written and then erased, without a write. A
/// placed append is still written and never becomes readable.
void segments_state::cancel(const std::function<bool(const block&)>& matches, segments_work& work) {
  for (const auto& one : appends_.take_waiting([&](const auto& waiting) { return matches(waiting.request.item); })) {
    const auto& item = one->request.item;
    activity_.payload_bytes += item.payload.size();
    present_.cancelled(item.name_space, item.payload.size());
    answer(one, {}, work);
  }
  appends_.mark_erased(matches);
}

std::vector<abandoned_block> segments_state::abandon() {
  closed_ = stopped_ = true; // first, so that no index is written without these blocks
  auto gone = present_.abandon();
  appends_.mark_erased([](const block&) { return true; });
  return gone;
}

void segments_state::sync(std::function<void(result<void>)> done) {
  preparation_.may_shrink();
  checkpoints_.ask(std::move(done), appends_.next_order());
}

void segments_state::limit(std::uint64_t bytes_max, segments_work& work) {
  budget_.change(bytes_max);
  segments_.capacity(bytes_max);
  preparation_.may_grow();
  preparation_.may_shrink();
  // An append that can no longer fit is answered now: otherwise everything else would be reclaimed for it.
  const auto fits = [&](const segment_append& one) { return budget_.check(one.request.item.payload.size()); };
  for (const auto& one : appends_.take_waiting([&](const auto& waiting) { return !fits(waiting); }))
    answer(one, fits(*one), work);
}

void segments_state::note_free(const result<std::uint64_t>& free) {
  if (free && budget_.disk_has(*free))
    preparation_.may_shrink();
}

/// Decides the next steps in one place: every change may have made room, ended a write, or stopped the engine.
void segments_state::advance(segments_work& work) {
  if (closed_ || stopped_)
    give_up(work);
  start_checkpoint(work); // first, while no segment job is in flight: some syncs wait for that
  for (auto before = appends_.waiting() + 1; appends_.waiting() < before;) { // each refusal lets the next append try
    before = appends_.waiting();
    place();
    prepare(work);
  }
  while (auto write = appends_.gather(segments_))
    work.writes.push_back(std::move(write));
  start_checkpoint(work);
  work.reclaimed = present_.take_reclaimed();
}

/// Answers waiting requests with `closed`; placed appends are still written unless the engine stopped.
void segments_state::give_up(segments_work& work) {
  const failure reason{errc::closed, folder_ + ": the store was closed or its I/O engine stopped before this was done"};
  if (stopped_) {
    for (const auto& one : appends_.take_all_placed()) {
      placement_.ended(one->at);
      if (one->copy)
        preparation_.copy_ended({});
      else
        answer(one, reason, work);
    }
  }
  for (const auto& one : appends_.take_all_waiting())
    answer(one, reason, work);
  for (auto& done : checkpoints_.take_waiting())
    work.answers.push_back([done = std::move(done), reason] { done(reason); });
}

/// Places waiting appends in order of arrival, as long as a segment has room.
void segments_state::place() {
  while (appends_.any_waiting()) {
    const auto at = placement_.place(appends_.first().record_bytes);
    if (!at)
      return;
    appends_.place(appends_.take_first(), *at);
  }
}

void segments_state::prepare(segments_work& work) {
  if (closed_ || stopped_)
    return;
  auto step = preparation_.next({appends_.any_waiting() ? appends_.first().record_bytes : 0, checkpoints_.in_flight()});
  for (const auto& one : step.copy)
    read({one.key, static_cast<namespace_id>(one.name_space), {}}, work);
  if (step.work)
    work.files.emplace_back(std::move(step.work));
  if (step.no_segment)
    refuse_first(*step.no_segment, work);
}

/// Refuses the first waiting append, if any: no segment is available. A preparation ahead of need may also end here.
void segments_state::refuse_first(const failure& reason, segments_work& work) {
  if (appends_.any_waiting())
    answer(appends_.take_first(), reason, work);
}

void segments_state::preparation_ended(segment_job& job, bool ran, segments_work& work) {
  if (!ran) {
    stopped_ = true;
    job.outcome = {errc::closed, folder_ + ": the I/O engine stopped"};
  }
  if (job.outcome && job.what != segment_work::remove)
    activity_.written_bytes += page_size; // the page of its index
  if (const auto refused = preparation_.ended(job))
    refuse_first(*refused, work);
}

void segments_state::start_checkpoint(segments_work& work) {
  if (stopped_)
    return;
  if (auto job = checkpoints_.start(
          {appends_.oldest_unwritten(), preparation_.slot_at_work(), activity_.written_bytes, budget_.bytes_max()}))
    work.files.emplace_back(std::move(job));
}

void segments_state::checkpoint_ended(checkpoint_job& job, bool ran, segments_work& work) {
  if (!ran) {
    stopped_ = true;
    job.outcome = {errc::closed, folder_ + ": not synced, the I/O engine stopped"};
  } else if (!job.outcome) {
    job.outcome = {errc::io, job.outcome.error().context};
  }
  checkpoints_.ended(job);
  if (ran)
    note_free(job.free);
  activity_.written_bytes += job.written_bytes;
  if (!job.outcome)
    ++activity_.sync_failures;
  else if (job.complete)
    ++activity_.syncs;
  if (job.outcome)
    preparation_.may_grow(); // other programs may have freed disk space
  for (auto& done : job.waiting)
    work.answers.push_back([done = std::move(done), outcome = job.outcome] { done(outcome); });
}

void segments_state::write_ended(record_write& job, bool ran, segments_work& work) {
  appends_.ended(job);
  for (const auto& record : job.records)
    placement_.ended(record->at);
  job.target.reset(); // drops the reference: a later removal then closes the file
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
    checkpoints_.written(job.bytes);
    activity_.written_bytes += job.bytes;
  } else {
    job.outcome = write_failure(job.outcome.error());
    in.index_dirty = true; // a part may be on the disk: the new index covers these bytes and does not list the record
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
    answer(record, job.outcome, work);
  }
}

void segments_state::record_written(const segment_append& written) {
  const auto& item = written.request.item;
  indexed_block block;
  block.key = item.key;
  block.sequence = written.sequence;
  block.payload_bytes = item.payload.size();
  block.name_space = item.name_space;
  block.slot = written.at.slot;
  block.page = page_of(written.at);
  present_.persisted(block, written.erased);
  checkpoints_.persisted(item.name_space, item.payload.size());
  activity_.payload_bytes += item.payload.size();
}

void segments_state::read_ended(record_read& job, bool ran, segments_work& work) {
  --segments_.at(job.place.slot).readers;
  job.target.reset(); // drops the reference: a later removal then closes the file
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
  work.answers.push_back([done = std::move(job.done), outcome = std::move(job.outcome)] { done(outcome); });
}

/// Handles a block read for reclaim: places its copy in the open segment, if no append waits and there is room.
void segments_state::copy_read(record_read& job) {
  const auto id = present_.find(job.key);
  if (!job.outcome || id == no_record || present_.at(id).sequence != job.sequence || stopped_ || closed_)
    return preparation_.copy_ended({});
  auto copy = std::make_shared<segment_append>();
  copy->request.item = std::move(*job.outcome);
  copy->name_space = job.name;
  copy->checksum = checksum(copy->request.item.payload.bytes());
  copy->record_bytes = segment_record_bytes(job.payload_bytes);
  copy->sequence = job.sequence;
  copy->copy = true;
  if (!appends_.any_waiting())
    if (const auto at = placement_.place_copy(copy->record_bytes))
      return appends_.place(copy, *at);
  preparation_.stop_copying();
  preparation_.copy_ended({});
}

void segments_state::copy_written(const segment_append& copy, bool written) {
  const bool moved =
      written && !copy.erased && present_.moved(copy.request.item.key, copy.sequence, copy.at.slot, page_of(copy.at));
  preparation_.copy_ended(moved ? std::optional{copy.at.slot} : std::nullopt);
  if (moved)
    activity_.reappended_bytes += copy.record_bytes;
}

} // namespace hearth::storage
