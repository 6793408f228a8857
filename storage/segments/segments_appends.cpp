#include "storage/format/checksum.hpp"
#include "storage/segments/segments_jobs.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

/// More records than this are not gathered into one write: each has two parts, and the system takes 1,024 (IOV_MAX).
constexpr std::size_t records_at_once = 256;

/// The caller of `append` knows two ways in which a write fails.
failure write_failure(failure error) {
  if (error.code != errc::no_space && error.code != errc::closed)
    error.code = errc::io;
  return error;
}

/// The whole pages of a payload, for an engine that only reads them.
std::span<std::byte> pages_of(const buffer& payload) {
  const auto bytes = payload.empty() ? std::span<const std::byte>{} : payload.padded_bytes();
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

} // namespace

/// Payloads are hashed here, on the caller's thread: the writer's, while the disk is at work on what came before.
void segments_core::append(std::vector<append_item> batch) {
  for (auto& request : batch) {
    auto job = std::make_shared<append_job>();
    job->name_space = config_.namespaces->name(request.item.name_space);
    job->record_bytes = segment_record_bytes(request.item.payload.size());
    job->checksum = checksum(request.item.payload.bytes());
    job->request = std::move(request);
    update([&](deferred& later) { admit(job, later); });
  }
}

/// Takes an append in; its `begin` is asked last.
void segments_core::admit(const std::shared_ptr<append_job>& job, deferred& later) {
  const auto refuse = [&](errc code, std::string context) {
    later.answers.push_back([job, error = failure{code, std::move(context)}] { job->request.done(error); });
  };
  if (const auto fits = budget_.check(job->request.item.payload.size()); !fits)
    return refuse(fits.code(), fits.error().context);
  if (job->request.begin && !job->request.begin())
    return refuse(errc::closed, "given up before it began");
  shrink_refused_ = false;
  job->sequence = next_sequence_++;
  waiting_.push_back(job);
}

/// The limit may have been lowered: what waits in vain must not have everything else reclaimed for it.
void segments_core::refuse_too_large(deferred& later) {
  std::erase_if(waiting_, [&](const auto& job) {
    const auto fits = budget_.check(job->request.item.payload.size());
    if (!fits)
      later.answers.push_back([job, error = fits.error()] { job->request.done(error); });
    return !fits;
  });
}

/// Gives places to what waits, first come, first served, for as long as there is a segment for it.
void segments_core::place() {
  while (!waiting_.empty()) {
    const auto job = waiting_.front();
    const auto at = placement_.place(job->record_bytes);
    if (!at)
      return;
    waiting_.pop_front();
    enqueue(job, *at);
  }
}

void segments_core::enqueue(const std::shared_ptr<append_job>& job, const segment_offset& at) {
  job->at = at;
  job->order = ++next_order_;
  placed_.push_back(job);
}

/// Hands placed records to the engine, gathered: what comes while a write is in flight waits until there is enough for
/// the next one, or until that one has ended.
void segments_core::start_writes(deferred& later) {
  while (!placed_.empty() && writing_.size() < config_.writes_in_flight) {
    const auto first = placed_.front()->at;
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (const auto& job : placed_) {
      if (job->at != segment_offset{first.slot, first.offset + bytes} || count == records_at_once ||
          (count > 0 && bytes >= config_.write_bytes))
        break;
      bytes += job->record_bytes;
      ++count;
    }
    if (bytes < config_.write_bytes && count == placed_.size() && !writing_.empty())
      return;
    auto& in = segments_.at(first.slot);
    const auto write = std::make_shared<write_job>();
    write->number = next_write_++;
    write->slot = in.slot;
    write->generation = in.generation;
    write->offset = first.offset;
    write->bytes = bytes;
    write->target = in.target;
    write->records.assign(placed_.begin(), placed_.begin() + static_cast<std::ptrdiff_t>(count));
    placed_.erase(placed_.begin(), placed_.begin() + static_cast<std::ptrdiff_t>(count));
    writing_.emplace(write->number, write);
    later.writes.push_back(write);
  }
}

/// Without the mutex: touches what belongs to the job, and what never changes.
io_job segments_core::build(const std::shared_ptr<write_job>& job) {
  io_job built{io_kind::write, job->bytes, {}, [core = shared_from_this(), job](bool ran) {
                 core->update([&](deferred& later) { core->write_ended(*job, ran, later); });
               }};
  auto headers = mutable_buffer::allocate(job->records.size() * page_size);
  if (!headers) {
    job->outcome = headers.error();
    return built;
  }
  job->headers = std::move(*headers);
  job->transfer = std::make_shared<io_transfer>(io_transfer{job->target, job->offset, {}});
  auto left = job->headers->bytes();
  for (const auto& record : job->records) {
    const auto& item = record->request.item;
    const auto page =
        encode(segment_record{{store_, job->slot, job->generation, record->at.offset},
                              record->sequence,
                              {item.key, record->name_space, item.parent, item.payload.size(), record->checksum}});
    std::copy(page.begin(), page.end(), left.begin());
    job->transfer->parts.push_back(left.first(page_size));
    left = left.subspan(page_size);
    if (!item.payload.empty())
      job->transfer->parts.push_back(pages_of(item.payload));
  }
  built.transfer = job->transfer;
  return built;
}

void segments_core::write_ended(write_job& job, bool ran, deferred& later) {
  writing_.erase(job.number);
  auto& in = segments_.at(job.slot);
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
    later.answers.push_back([record, outcome = job.outcome] { record->request.done(outcome); });
  }
}

/// Two appends of one key may end in either order: the later one stays, as it would after a restart.
void segments_core::record_written(const append_job& job) {
  const auto& item = job.request.item;
  const auto payload_bytes = item.payload.size();
  activity_.payload_bytes += payload_bytes;
  unsynced_[item.name_space] += cold_amount{1, payload_bytes};
  const auto present = index_.find(item.key);
  if (job.erased || (present != no_record && index_.at(present).sequence > job.sequence)) {
    ledgers_.pass_through(item.name_space, payload_bytes);
    return;
  }
  if (present != no_record)
    take_out(present, &cold_ledger::erased);
  auto& in = segments_.at(job.at.slot);
  indexed_block added;
  added.key = item.key;
  added.sequence = job.sequence;
  added.payload_bytes = payload_bytes;
  added.name_space = item.name_space;
  added.slot = job.at.slot;
  added.page = static_cast<std::uint32_t>(job.at.offset / page_size);
  added.last_use = segments_.use(job.record_bytes);
  index_.add(added, in.blocks);
  segments_.enter(in, added);
  ledgers_.enter(item.name_space, payload_bytes, job.record_bytes, &cold_ledger::persisted);
}

/// An append without a place is cancelled as if it had been written and then erased, which costs no write. One with a
/// place is written and forgotten.
void segments_core::cancel_erased(const std::function<bool(const block&)>& matches, deferred& later) {
  std::erase_if(waiting_, [&](const std::shared_ptr<append_job>& job) {
    if (!matches(job->request.item))
      return false;
    const auto payload_bytes = job->request.item.payload.size();
    activity_.payload_bytes += payload_bytes;
    ledgers_.pass_through(job->request.item.name_space, payload_bytes);
    later.answers.push_back([job] { job->request.done({}); });
    return true;
  });
  mark_erased(matches);
}

/// What has a place becomes readable no more.
void segments_core::mark_erased(const std::function<bool(const block&)>& matches) {
  const auto mark = [&](const std::shared_ptr<append_job>& job) {
    job->erased = job->erased || matches(job->request.item);
  };
  std::for_each(placed_.begin(), placed_.end(), mark);
  for (const auto& [number, write] : writing_)
    std::for_each(write->records.begin(), write->records.end(), mark);
}

} // namespace hearth::storage
