#include "storage/simulated/memory_io.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <utility>

namespace hearth::storage {

namespace {

/// A job and the time of its submission.
struct waiting_job {
  io_job job;
  std::int64_t submitted_ns = 0;
};

/// Bytes at a rate, in ns. In floating point: bytes times 10^9 overflow 64 bits from 18 GB up.
std::int64_t transfer_ns(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  if (bytes_per_second == 0)
    return 0;
  return static_cast<std::int64_t>(static_cast<double>(bytes) * 1e9 / static_cast<double>(bytes_per_second));
}

class simulated_disk final : public memory_io {
public:
  simulated_disk(clock_ns clock, io_latency latency) : clock_(std::move(clock)), latency_(latency) { assert(clock_); }

  void submit(std::vector<io_job> batch) override {
    const auto now = clock_();
    in_flight_ += batch.size();
    for (auto& job : batch) {
      if (stopped_)
        refused_.push_back(std::move(job));
      else
        waiting_[static_cast<std::size_t>(job.kind)].push_back({std::move(job), now});
    }
    start_next();
  }

  std::size_t in_flight() const override { return in_flight_; }

  bool step() override {
    if (!refused_.empty()) {
      auto job = std::move(refused_.front());
      refused_.pop_front();
      end(std::move(job), false);
      return true;
    }
    if (hangs_ || !running_ || due_ns_ > clock_())
      return false;
    run();
    return true;
  }

  std::optional<std::int64_t> next_due_ns() const override {
    if (!refused_.empty())
      return clock_();
    if (hangs_ || !running_)
      return std::nullopt;
    return due_ns_;
  }

  void hang(bool on) override {
    if (hangs_ && !on) {
      free_ns_ = clock_();
      if (running_)
        due_ns_ = free_ns_ + duration_ns(*running_);
    }
    hangs_ = on;
    start_next();
  }

  void latency(const io_latency& latency) override { latency_ = latency; }

  /// Cannot move the owner's clock: a running job that is due within `patience` ends now; a later one is left behind.
  bool stop(std::chrono::nanoseconds patience) override {
    stopped_ = true;
    for (auto& queue : waiting_)
      for (auto jobs = std::exchange(queue, {}); auto& waiting : jobs)
        end(std::move(waiting.job), false);
    if (running_ && !hangs_ && due_ns_ - clock_() <= patience.count())
      run();
    while (!refused_.empty())
      step();
    return in_flight_ == 0;
  }

private:
  void run() {
    auto job = std::move(*running_);
    running_.reset();
    free_ns_ = due_ns_;
    storage::run(job);
    end(std::move(job), true);
    start_next();
  }

  void end(io_job job, bool ran) {
    job.complete(ran);
    job = {}; // releases what the job owns before it counts as ended
    --in_flight_;
  }

  /// Starts the next job if the disk is free: at the time when both the disk was free and the job had arrived.
  void start_next() {
    if (running_ || hangs_)
      return;
    auto* queue = next_queue();
    if (queue == nullptr)
      return;
    const auto start_ns = std::max(free_ns_, queue->front().submitted_ns);
    running_ = std::move(queue->front().job);
    queue->pop_front();
    due_ns_ = start_ns + duration_ns(*running_);
  }

  /// Of the jobs that waited when the disk became free, the most urgent kind; otherwise the first one that arrived.
  std::deque<waiting_job>* next_queue() {
    std::deque<waiting_job>* first = nullptr;
    for (auto kind : {io_kind::read, io_kind::metadata, io_kind::write}) {
      auto& queue = waiting_[static_cast<std::size_t>(kind)];
      if (queue.empty())
        continue;
      if (queue.front().submitted_ns <= free_ns_)
        return &queue;
      if (first == nullptr || queue.front().submitted_ns < first->front().submitted_ns)
        first = &queue;
    }
    return first;
  }

  std::int64_t duration_ns(const io_job& job) const {
    if (job.is_cancelled())
      return 0;
    const auto rate = job.kind == io_kind::read    ? latency_.read_bytes_per_second
                      : job.kind == io_kind::write ? latency_.write_bytes_per_second
                                                   : 0;
    return latency_.fixed_ns + transfer_ns(job.bytes, rate);
  }

  clock_ns clock_;
  io_latency latency_;
  std::array<std::deque<waiting_job>, 3> waiting_; ///< by kind, oldest first
  std::deque<io_job> refused_;                     ///< submitted after `stop`
  std::optional<io_job> running_;
  std::int64_t due_ns_ = 0;  ///< when `running_` ends
  std::int64_t free_ns_ = 0; ///< when the previous job ended
  std::size_t in_flight_ = 0;
  bool hangs_ = false;
  bool stopped_ = false;
};

} // namespace

std::shared_ptr<memory_io> make_memory_io(clock_ns clock, io_latency latency) {
  return std::make_shared<simulated_disk>(std::move(clock), latency);
}

} // namespace hearth::storage
