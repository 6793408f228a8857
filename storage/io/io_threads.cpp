#include "storage/io/io_engine.hpp"

#include "storage/io/io_time.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace hearth::storage {

namespace {

using steady = std::chrono::steady_clock;

/// Which jobs a thread takes from the queues.
enum class worker_kind : std::uint8_t {
  any,     ///< everything
  reads,   ///< reads only: this thread stays free for reads, even if a write hangs
  refusals ///< the jobs that remain after the engine has stopped: completes them without running them
};

/// The queues and everything else that threads use besides their jobs. The threads share ownership of this object, so
/// that a thread that hangs in a job can outlive the engine.
class io_queue {
public:
  explicit io_queue(std::uint64_t write_bytes_per_second) : pace_(write_bytes_per_second) {}

  void submit(std::vector<io_job> batch) {
    std::lock_guard guard{mutex_};
    in_flight_ += batch.size();
    for (auto& job : batch)
      waiting_[static_cast<std::size_t>(job.kind)].push_back(std::move(job));
    changed_.notify_all();
  }

  std::size_t in_flight() {
    std::lock_guard guard{mutex_};
    return in_flight_;
  }

  /// Runs jobs until the engine stops.
  void serve(worker_kind worker) {
    std::unique_lock guard{mutex_};
    while (auto job = next(guard, worker)) {
      guard.unlock();
      const bool runs = worker != worker_kind::refusals;
      if (runs)
        run(*job);
      job->complete(runs);
      job.reset(); // releases what the job owns before it counts as ended
      guard.lock();
      --in_flight_;
      changed_.notify_all();
    }
  }

  /// Stops: no job starts from now on.
  void stop() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    changed_.notify_all();
  }

  /// Closes: no job arrives from now on, so the thread for refusals ends when no job is waiting.
  void close() {
    std::lock_guard guard{mutex_};
    closed_ = true;
    changed_.notify_all();
  }

  /// Waits until every job has ended, up to `patience`; returns whether every job has ended.
  bool wait(std::chrono::nanoseconds patience) {
    std::unique_lock guard{mutex_};
    return wait_patiently(changed_, guard, patience, [this] { return in_flight_ == 0; });
  }

private:
  /// Waits for a job that this kind of thread may take; nothing if the thread must end.
  std::optional<io_job> next(std::unique_lock<std::mutex>& guard, worker_kind worker) {
    for (;;) {
      if (worker == worker_kind::refusals) {
        for (auto kind : {io_kind::read, io_kind::metadata, io_kind::write})
          if (auto job = take(kind))
            return job;
        if (closed_)
          return std::nullopt;
        changed_.wait(guard);
        continue;
      }
      if (stopped_)
        return std::nullopt;
      if (auto job = take(io_kind::read))
        return job;
      if (worker == worker_kind::reads) {
        changed_.wait(guard);
        continue;
      }
      // Metadata before writes: removals make the room that writes need.
      if (auto job = take(io_kind::metadata))
        return job;
      if (queue(io_kind::write).empty())
        changed_.wait(guard);
      else if (const auto now = steady::now(); pace_.due(now))
        return paced_write(now);
      else
        changed_.wait_until(guard, pace_.next()); // waits here, not in a job, so that a new read is taken at once
    }
  }

  std::optional<io_job> take(io_kind kind) {
    auto& jobs = queue(kind);
    if (jobs.empty())
      return std::nullopt;
    std::optional<io_job> job{std::move(jobs.front())};
    jobs.pop_front();
    return job;
  }

  std::optional<io_job> paced_write(steady::time_point now) {
    auto job = take(io_kind::write);
    pace_.started(job->bytes, now);
    return job;
  }

  std::deque<io_job>& queue(io_kind kind) { return waiting_[static_cast<std::size_t>(kind)]; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::deque<io_job>, 3> waiting_; ///< by kind, oldest first
  std::size_t in_flight_ = 0;                 ///< waiting or running
  bool stopped_ = false;
  bool closed_ = false;
  write_pace pace_;
};

class io_threads final : public io_engine {
public:
  explicit io_threads(const io_threads_config& config)
      : queue_(std::make_shared<io_queue>(config.write_bytes_per_second)) {
    assert(config.threads >= 1 && config.threads <= 64);
    for (std::size_t i = 0; i < config.threads; ++i)
      workers_.push_back(start(worker_kind::any));
    workers_.push_back(start(worker_kind::reads));
  }

  /// A job of this engine may be its last owner. This destructor then runs inside the job and cannot wait for the job.
  ~io_threads() override {
    const auto is_self = [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); };
    const bool inside = is_self(refuser_) || std::any_of(workers_.begin(), workers_.end(), is_self);
    const bool ended = stop(inside ? std::chrono::nanoseconds{0} : patience_at_end);
    queue_->close();
    workers_.push_back(std::move(refuser_));
    for (auto& thread : workers_) {
      if (!thread.joinable())
        continue;
      if (ended && !is_self(thread))
        thread.join();
      else
        thread.detach();
    }
  }

  void submit(std::vector<io_job> batch) override { queue_->submit(std::move(batch)); }

  std::size_t in_flight() const override { return queue_->in_flight(); }

  bool stop(std::chrono::nanoseconds patience) override {
    queue_->stop();
    if (!refuser_.joinable())
      refuser_ = start(worker_kind::refusals);
    return queue_->wait(patience);
  }

private:
  /// Longer than any job takes on a working disk.
  static constexpr std::chrono::nanoseconds patience_at_end = std::chrono::seconds{5};

  std::thread start(worker_kind worker) {
    return std::thread{[queue = queue_, worker] { queue->serve(worker); }};
  }

  std::shared_ptr<io_queue> queue_;
  std::vector<std::thread> workers_;
  std::thread refuser_; ///< completes the jobs that the workers leave; it runs no job, so it never hangs
};

} // namespace

std::shared_ptr<io_engine> make_io_threads(const io_threads_config& config) {
  return std::make_shared<io_threads>(config);
}

} // namespace hearth::storage
