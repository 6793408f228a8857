#include "storage/files/files_core.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

/// One read, from the call to its answer.
struct files_core::read_job {
  read_item request;
  std::shared_ptr<cold_record> record;
  std::string path;
  expected_block expected;
  result<block> outcome = given_up_unread(); ///< written by the job
};

void files_core::read(std::vector<read_item> batch) {
  const auto now_ns = config_.clock();
  update([&](deferred& later) {
    for (auto& item : batch)
      start_read(std::move(item), now_ns, later);
  });
}

void files_core::start_read(read_item item, std::int64_t now_ns, deferred& later) {
  const auto answer = [&](errc code, std::string context) {
    later.answers.push_back([done = std::move(item.done), error = failure{code, std::move(context)}] { done(error); });
  };
  if (stopped_)
    return answer(errc::closed, blocks_ + ": the I/O engine has stopped");
  const auto record = index_.find(item.key);
  if (record == nullptr || record->name_space != item.name_space)
    return answer(errc::not_found, "no block " + to_hex(item.key) + " in this namespace");
  use(*record, now_ns);
  ++record->readers;
  ++reading_;
  auto job = std::make_shared<read_job>();
  job->record = record;
  job->path = blocks_ + to_string({record->sequence, record->key}, block_file_kind::complete);
  job->expected = {record->key, config_.namespaces->name(record->name_space), record->payload_bytes};
  job->request = std::move(item);
  later.jobs.push_back({io_kind::read,
                        record->disk_bytes,
                        [core = shared_from_this(), job] { core->verify(*job); },
                        [core = shared_from_this(), job](bool ran) {
                          core->update([&](deferred& next) { core->read_ended(*job, ran, next); });
                        },
                        {},
                        job->request.recalled});
}

/// On a thread of the engine, without the mutex.
void files_core::verify(read_job& job) const {
  auto opened = open_block_file(*config_.files, job.path);
  if (!opened) {
    job.outcome = opened.error();
    if (!place_->in_place())
      job.outcome = {errc::io, blocks_ + ": the directory is not at its path any more: put it back"};
    return;
  }
  job.outcome = read_block_file(**opened, job.path, job.expected);
  if (!job.outcome.ok())
    return;
  job.outcome->name_space = job.request.name_space;
  std::int64_t last_use_ns = 0;
  {
    std::lock_guard guard{mutex_}; // the latest use, not this one: reads of a block may run in any order
    last_use_ns = job.record->last_use_ns;
  }
  // Through the open file, which costs a fraction of a stamp job's way by the path: those delay the writes. Without the
  // stamp the block is only believed to be older, after a restart.
  static_cast<void>((*opened)->last_use(last_use_ns));
}

void files_core::read_ended(read_job& job, bool ran, deferred& later) {
  auto& record = *job.record;
  --reading_;
  --record.readers;
  if (!ran) {
    stopped_ = true;
    job.outcome = failure{errc::closed, blocks_ + ": the I/O engine stopped before the block was read"};
  }
  if (record.removal == 0 && job.outcome.code() == errc::corrupt && index_.find(record.key) == job.record) {
    take_out(job.record, &cold_ledger::corrupt);
  } else if (record.removal != 0 && record.readers == 0) { // it was decided while this read was at work
    held_ -= record.disk_bytes;
    schedule_removal(record);
  }
  later.answers.push_back([done = std::move(job.request.done), outcome = std::move(job.outcome)] { done(outcome); });
}

void files_core::touch(const block_key& key) {
  const auto now_ns = config_.clock();
  update([&](deferred&) {
    const auto record = index_.find(key);
    if (record == nullptr)
      return;
    use(*record, now_ns);
    stamp(record);
  });
}

/// Times of last use are all different and only grow, whatever the clock does: they are the order in the index, too.
void files_core::use(cold_record& record, std::int64_t now_ns) {
  last_stamp_ns_ = std::max(last_stamp_ns_ + 1, now_ns);
  index_.touch(record, last_stamp_ns_);
}

/// Has the time of last use stored, soon.
void files_core::stamp(const std::shared_ptr<cold_record>& record) {
  if (!std::exchange(record->stamp_waits, true))
    touched_.push_back(record);
}

/// One job at a time stores the times of what was touched meanwhile, each block once: any number of touches is bounded
/// by the index. A read at work beside it may store an earlier time over a later one: like a time that is not stored,
/// that only makes its block older after a restart.
void files_core::start_stamps(deferred& later) {
  if (stamping_ || stopped_ || touched_.empty())
    return;
  stamping_ = true;
  std::vector<std::pair<std::string, std::int64_t>> stamps;
  for (const auto& record : std::exchange(touched_, {})) {
    record->stamp_waits = false;
    stamps.emplace_back(blocks_ + to_string({record->sequence, record->key}, block_file_kind::complete),
                        record->last_use_ns);
  }
  later.jobs.push_back({io_kind::metadata, 0,
                        [core = shared_from_this(), stamps = std::move(stamps)] {
                          for (const auto& [path, time_ns] : stamps) // a block that is gone by now needs no stamp
                            static_cast<void>(core->config_.files->last_use(path, time_ns));
                        },
                        [core = shared_from_this()](bool ran) {
                          core->update([&](deferred&) {
                            core->stamping_ = false;
                            core->stopped_ = core->stopped_ || !ran;
                          });
                        }});
}

} // namespace hearth::storage
