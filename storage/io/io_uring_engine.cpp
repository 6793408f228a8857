#include "storage/io/io_time.hpp"
#include "storage/io/io_uring.hpp"
#include "storage/io/kernel_ring.hpp"
#include "storage/io/kernel_transfer.hpp"
#include "storage/io/transfer_queue.hpp"

#include <algorithm>
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

bool is_for_the_kernel(const io_job& job) {
  return job.transfer && job.kind != io_kind::metadata && job.transfer->target->native_handle() >= 0;
}

/// Everything that the engine's thread uses. The thread shares ownership of this object, so that a thread with a
/// hanging transfer can outlive the engine.
class uring_core {
public:
  uring_core(std::unique_ptr<kernel_ring> ring, const io_uring_config& config)
      : threads_(make_io_threads({config.threads, config.write_bytes_per_second})), ring_(std::move(ring)),
        slots_(config.reads_max + config.writes_max), queue_(config) {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      free_slots_.push_back(i);
  }

  /// Jobs that are not kernel transfers.
  [[nodiscard]] io_engine& threads() noexcept { return *threads_; }

  /// Costs at most one system call, which wakes the engine's thread. Only that thread enters the kernel for transfers,
  /// because the kernel may do a part of a transfer during the call.
  void submit(std::vector<io_job> batch) {
    std::unique_lock guard{mutex_};
    in_flight_ += batch.size();
    for (auto& job : batch)
      queue_.push(std::move(job));
    const bool asleep = std::exchange(asleep_, false);
    guard.unlock();
    if (asleep)
      ring_->wake();
  }

  std::size_t in_flight() {
    std::lock_guard guard{mutex_};
    return in_flight_;
  }

  /// Stops: no transfer starts from now on.
  void stop() {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    ring_->wake();
  }

  /// Closes: no job arrives from now on, so the thread ends when nothing is in flight.
  void close() {
    std::lock_guard guard{mutex_};
    closed_ = true;
    ring_->wake();
  }

  bool wait(std::chrono::nanoseconds patience) {
    std::unique_lock guard{mutex_};
    return wait_patiently(changed_, guard, patience, [this] { return in_flight_ == 0; });
  }

  /// Loop of the engine's thread, until `close`. Each turn starts all transfers that may start, and then ends one job.
  /// The disk thus has its next transfer before `work` of the ended job runs.
  void serve() {
    for (;;) {
      const auto turn = begin();
      for (auto slot : turn.starts)
        go_on(slot);
      if (!turn.closed)
        ring_->listen();
      else if (turn.over && !ring_->listening()) // no read of the eventfd is left in the kernel
        return;
      if (ended_.empty()) {
        ring_->wait(turn.at_most);
      } else {
        ring_->submit();
        end_one();
      }
      while (const auto found = ring_->next()) {
        slots_[found->tag]->accept(found->got);
        go_on(found->tag);
      }
    }
  }

private:
  struct turn {
    std::vector<std::size_t> starts;                 ///< slots of the jobs that start
    std::optional<std::chrono::nanoseconds> at_most; ///< time until the pace allows the next write
    bool closed = false;                             ///< no one wakes the thread any more
    bool over = false;
  };
  struct ended_job {
    io_job job;
    bool ran = false;
  };

  /// Takes the jobs that may start from the queue.
  turn begin() {
    std::lock_guard guard{mutex_};
    turn now;
    while (stopped_) {
      auto job = queue_.withdraw();
      if (!job)
        break;
      ended_.push_back({std::move(*job), false});
    }
    const auto time = steady::now();
    while (auto job = queue_.next(time)) {
      if (job->is_cancelled()) {
        queue_.ended(job->kind);
        job->work = {};
        ended_.push_back({std::move(*job), true});
        continue;
      }
      now.starts.push_back(free_slots_.back());
      free_slots_.pop_back();
      slots_[now.starts.back()].emplace(std::move(*job));
    }
    if (const auto due = queue_.due())
      now.at_most = std::max<std::chrono::nanoseconds>(*due - time, std::chrono::nanoseconds{0});
    now.closed = closed_;
    now.over = closed_ && in_flight_ == 0;
    asleep_ = ended_.empty();
    return now;
  }

  /// Submits the next piece of a transfer, or ends it.
  void go_on(std::size_t slot) {
    auto& transfer = *slots_[slot];
    if (!transfer.ended()) {
      ring_->add(slot, transfer.next_piece());
      return;
    }
    ended_.push_back({std::move(transfer.job()), true});
    slots_[slot].reset();
    std::lock_guard guard{mutex_};
    free_slots_.push_back(slot);
    queue_.ended(ended_.back().job.kind);
  }

  void end_one() {
    auto [job, ran] = std::move(ended_.front());
    ended_.pop_front();
    if (ran && job.work)
      job.work();
    job.complete(ran);
    job = {}; // releases what the job owns before it counts as ended
    std::lock_guard guard{mutex_};
    --in_flight_;
    changed_.notify_all();
  }

  std::shared_ptr<io_engine> threads_;

  // The following members: used by the engine's thread only, except for `wake`.
  std::unique_ptr<kernel_ring> ring_;
  std::vector<std::optional<kernel_transfer>> slots_; ///< the transfers in the kernel; a slot's index is its tag
  std::vector<std::size_t> free_slots_;
  std::deque<ended_job> ended_; ///< ended, but not yet reported

  std::mutex mutex_; ///< guards the following members
  std::condition_variable changed_;
  transfer_queue queue_;
  std::size_t in_flight_ = 0; ///< waiting, in the kernel or ending
  bool asleep_ = false;       ///< the thread waits for the kernel, or will do so before it looks at the queue again
  bool stopped_ = false;
  bool closed_ = false;
};

class uring_engine final : public io_engine {
public:
  uring_engine(std::unique_ptr<kernel_ring> ring, const io_uring_config& config)
      : core_(std::make_shared<uring_core>(std::move(ring), config)), thread_([core = core_] { core->serve(); }) {}

  /// A job of this engine may be its last owner. This destructor then runs inside the job and cannot wait for the job.
  ~uring_engine() override {
    const bool inside = thread_.get_id() == std::this_thread::get_id();
    core_->threads().stop(std::chrono::nanoseconds{0});
    core_->stop();
    const bool ended = core_->wait(inside ? std::chrono::nanoseconds{0} : patience_at_end);
    core_->close();
    if (ended && !inside)
      thread_.join();
    else
      thread_.detach();
  }

  void submit(std::vector<io_job> batch) override {
    const auto others = std::stable_partition(batch.begin(), batch.end(), is_for_the_kernel);
    std::vector<io_job> for_threads{std::make_move_iterator(others), std::make_move_iterator(batch.end())};
    batch.erase(others, batch.end());
    const auto core = core_; // keeps the core alive: a job may own this engine and end at once
    if (!batch.empty())
      core->submit(std::move(batch));
    if (!for_threads.empty())
      core->threads().submit(std::move(for_threads));
  }

  std::size_t in_flight() const override { return core_->in_flight() + core_->threads().in_flight(); }

  bool stop(std::chrono::nanoseconds patience) override {
    const auto start = steady::now();
    core_->threads().stop(std::chrono::nanoseconds{0});
    core_->stop();
    const bool ended = core_->wait(patience);
    const auto left = patience - (steady::now() - start);
    return core_->threads().stop(std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds{0})) && ended;
  }

private:
  /// Longer than any transfer takes on a working disk.
  static constexpr std::chrono::nanoseconds patience_at_end = std::chrono::seconds{5};

  std::shared_ptr<uring_core> core_;
  std::thread thread_;
};

} // namespace

result<std::shared_ptr<io_engine>> make_io_uring(const io_uring_config& config) {
  if (auto checked = config.validate(); !checked)
    return checked.error();
  auto ring = kernel_ring::open(config.reads_max + config.writes_max);
  if (!ring)
    return ring.error();
  return std::shared_ptr<io_engine>{std::make_shared<uring_engine>(std::move(ring).value(), config)};
}

} // namespace hearth::storage
