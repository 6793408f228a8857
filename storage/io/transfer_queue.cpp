#include "storage/io/transfer_queue.hpp"

#include <cassert>
#include <utility>

namespace hearth::storage {

transfer_queue::transfer_queue(const io_uring_config& config)
    : reads_max_(config.reads_max), writes_max_(config.writes_max), writes_beside_reads_(config.writes_beside_reads),
      pace_(config.write_bytes_per_second) {
  assert(config.validate());
}

void transfer_queue::push(io_job job) {
  auto& lane = of(job.kind);
  lane.waiting.push_back(std::move(job));
}

std::optional<io_job> transfer_queue::next(time_point now) {
  if (reading())
    yields_until_ = now + after_reads;
  yields_ = now < yields_until_;
  std::optional<io_job> job;
  if (reads_.started < reads_max_)
    job = take(reads_);
  if (!job && room_for_a_write() && pace_.due(now)) {
    job = take(writes_);
    if (job)
      pace_.started(job->bytes, now);
  }
  if (job)
    ++of(job->kind).started;
  assert(reads_.started <= reads_max_ && writes_.started <= writes_max_);
  return job;
}

void transfer_queue::ended(io_kind kind) {
  assert(of(kind).started > 0);
  --of(kind).started;
}

std::optional<transfer_queue::time_point> transfer_queue::due() const {
  if (writes_.waiting.empty() || !room_for_a_write())
    return std::nullopt;
  return pace_.next();
}

std::optional<io_job> transfer_queue::withdraw() {
  if (auto job = take(reads_))
    return job;
  return take(writes_);
}

bool transfer_queue::room_for_a_write() const {
  return writes_.started < (yields_ || reading() ? writes_beside_reads_ : writes_max_);
}

transfer_queue::lane& transfer_queue::of(io_kind kind) {
  assert(kind == io_kind::read || kind == io_kind::write);
  return kind == io_kind::read ? reads_ : writes_;
}

std::optional<io_job> transfer_queue::take(lane& from) {
  if (from.waiting.empty())
    return std::nullopt;
  std::optional<io_job> job{std::move(from.waiting.front())};
  from.waiting.pop_front();
  return job;
}

} // namespace hearth::storage
