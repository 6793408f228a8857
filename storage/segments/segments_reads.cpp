#include "storage/format/checksum.hpp"
#include "storage/segments/segments_jobs.hpp"

namespace hearth::storage {

namespace {

/// What a record must turn out to hold: the place it was read from, and the block that the index says is there.
result<segment_record> check_header(std::span<const std::byte> page, const record_place& place, const block_key& key,
                                    const std::string& name_space, std::uint64_t payload_bytes) {
  auto header = decode_segment_record(page);
  if (!header)
    return failure{errc::corrupt, header.error().context};
  if (header->place != place)
    return failure{errc::corrupt, "the record belongs to another place or another time"};
  if (header->block.key != key)
    return failure{errc::corrupt, "holds another key, " + to_hex(header->block.key)};
  if (header->block.name_space != name_space)
    return failure{errc::corrupt,
                   "holds a block of namespace \"" + header->block.name_space + "\", expected \"" + name_space + "\""};
  if (header->block.payload_bytes != payload_bytes)
    return failure{errc::corrupt, "holds " + std::to_string(header->block.payload_bytes) + " payload bytes, expected " +
                                      std::to_string(payload_bytes)};
  return header;
}

} // namespace

void segments_core::read(std::vector<read_item> batch) {
  update([&](deferred& later) {
    for (auto& item : batch)
      start_read(std::move(item), later);
  });
}

/// `done` is empty for a copy that reclaim makes: then it is no use.
void segments_core::start_read(read_item item, deferred& later) {
  auto& [key, name_space, done, cancelled] = item;
  const auto answer = [&](errc code, std::string context) {
    later.answers.push_back([done = std::move(item.done), error = failure{code, std::move(context)}] { done(error); });
  };
  if (stopped_)
    return answer(errc::closed, folder_ + ": the I/O engine has stopped");
  const auto id = index_.find(key);
  if (id == no_record || index_.at(id).name_space != name_space)
    return answer(errc::not_found, "no block " + to_hex(key) + " in this namespace");
  if (done)
    use(id);
  const auto& found = index_.at(id);
  auto& in = segments_.at(found.slot);
  ++in.readers;
  auto job = std::make_shared<read_job>();
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

/// Without the mutex. The payload is read into the buffer that the caller gets.
io_job segments_core::build(const std::shared_ptr<read_job>& job) {
  const auto bytes = segment_record_bytes(job->payload_bytes);
  io_job built{io_kind::read, bytes, [core = shared_from_this(), job] { core->verify(*job); },
               [core = shared_from_this(), job](bool ran) {
                 core->update([&](deferred& later) { core->read_ended(*job, ran, later); });
               }};
  auto header = mutable_buffer::allocate(page_size);
  auto payload = mutable_buffer::allocate(static_cast<std::size_t>(job->payload_bytes));
  if (!header || !payload) {
    job->outcome = failure{errc::no_memory, "a buffer of " + std::to_string(bytes) + " bytes for block " +
                                                to_hex(job->key) + " could not be allocated"};
    built.work = {};
    return built;
  }
  job->header = std::move(*header);
  job->payload = std::move(*payload);
  job->transfer = std::make_shared<io_transfer>(io_transfer{job->target, job->place.offset, {job->header->bytes()}});
  if (job->payload_bytes > 0)
    job->transfer->parts.push_back(job->payload->padded_bytes());
  built.transfer = job->transfer;
  built.cancelled = job->cancelled;
  return built;
}

/// On a thread of the engine, without the mutex.
void segments_core::verify(read_job& job) const {
  const auto damaged = [&](const std::string& what) {
    job.outcome = failure{errc::corrupt, folder_ + to_string(job.place.slot, segment_file_kind::data) + ", offset " +
                                             std::to_string(job.place.offset) + ": " + what};
  };
  const auto& moved = job.transfer->moved;
  job.outcome = block{};
  const auto bytes = segment_record_bytes(job.payload_bytes);
  if (moved.code() == errc::no_memory)
    job.outcome = moved.error();
  else if (!moved) // the medium: reading once more would not help, writing the block anew does
    damaged(moved.error().context);
  else if (*moved != bytes)
    damaged("ends after " + std::to_string(*moved) + " bytes, expected " + std::to_string(bytes));
  if (!job.outcome)
    return;
  const auto header = check_header(job.header->bytes(), job.place, job.key, job.name, job.payload_bytes);
  if (!header)
    return damaged(header.error().context);
  if (checksum(job.payload->bytes()) != header->block.payload_checksum)
    return damaged("the payload's checksum does not match its bytes");
  job.outcome = block{job.key, job.name_space, header->block.parent, std::move(*job.payload).publish()};
}

void segments_core::read_ended(read_job& job, bool ran, deferred& later) {
  --segments_.at(job.place.slot).readers;
  job.target.reset(); // whoever removes the file next closes it
  if (job.transfer)
    job.transfer->target.reset();
  if (!ran) {
    stopped_ = true;
    job.outcome = failure{errc::closed, folder_ + ": the I/O engine stopped before the block was read"};
  }
  const auto id = index_.find(job.key);
  if (job.outcome.code() == errc::corrupt && id != no_record && index_.at(id).sequence == job.sequence &&
      index_.at(id).slot == job.place.slot)
    take_out(id, &cold_ledger::corrupt);
  if (!job.done)
    return copy_read(job);
  later.answers.push_back([done = std::move(job.done), outcome = std::move(job.outcome)] { done(outcome); });
}

void segments_core::use(record_id id) {
  const auto& used = index_.at(id);
  const auto tick = segments_.use(segment_record_bytes(used.payload_bytes));
  segments_.used_again(segments_.at(used.slot), used, used.last_use, tick);
  index_.touch(id, tick);
}

void segments_core::take_out(record_id id, cold_amount cold_ledger::*reason) {
  const auto gone = index_.at(id);
  auto& in = segments_.at(gone.slot);
  segments_.leave(in, gone);
  index_.remove(id, in.blocks);
  ledgers_.leave(static_cast<namespace_id>(gone.name_space), gone.payload_bytes,
                 segment_record_bytes(gone.payload_bytes), reason);
  in.index_dirty = true; // a crash must not bring it back
  if (reason == &cold_ledger::reclaimed)
    reclaimed_.push_back(gone.key);
}

} // namespace hearth::storage
