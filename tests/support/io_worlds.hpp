#pragma once

#include "storage/io/io_uring.hpp"
#include "storage/simulated/memory_io.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hearth::testing {

/// An I/O engine with a way to wait for it: in virtual time, or for its threads.
class io_world {
public:
  virtual ~io_world() = default;
  [[nodiscard]] virtual std::shared_ptr<storage::io_engine> engine() = 0;

  /// Returns when no job is in flight and everything that a job owned is gone.
  virtual void settle() = 0;
};

/// Simulated I/O: `settle` moves the clock from one completion to the next.
class virtual_io_world final : public io_world {
public:
  std::shared_ptr<storage::io_engine> engine() override { return disk; }
  void settle() override {
    while (const auto due = disk->next_due_ns()) {
      *now_ns = std::max(*now_ns, *due);
      disk->step();
    }
  }

  std::shared_ptr<std::int64_t> now_ns = std::make_shared<std::int64_t>(0);
  std::shared_ptr<storage::memory_io> disk = storage::make_memory_io([now = now_ns] { return *now; });
};

/// Forwards everything to another engine and counts, so that a test can wait without polling.
class counting_io final : public storage::io_engine {
public:
  explicit counting_io(std::shared_ptr<storage::io_engine> inner) : inner_(std::move(inner)) {}

  void submit(std::vector<storage::io_job> batch) override {
    {
      std::lock_guard guard{count_->mutex};
      count_->jobs += batch.size();
    }
    for (auto& job : batch) {
      auto real = std::make_shared<storage::io_job>(std::move(job));
      job.transfer = std::exchange(real->transfer, nullptr);
      job.cancelled = real->cancelled;
      if (real->work)
        job.work = [real] { real->work(); };
      job.complete = [real, count = count_](bool ran) {
        real->complete(ran);
        *real = {};
        std::lock_guard guard{count->mutex};
        --count->jobs;
        count->changed.notify_all();
      };
    }
    inner_->submit(std::move(batch));
  }

  std::size_t in_flight() const override { return inner_->in_flight(); }
  bool stop(std::chrono::nanoseconds patience) override { return inner_->stop(patience); }

  void settle() {
    std::unique_lock guard{count_->mutex};
    count_->changed.wait(guard, [this] { return count_->jobs == 0; });
  }

private:
  struct count {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t jobs = 0;
  };
  std::shared_ptr<count> count_ = std::make_shared<count>();
  std::shared_ptr<storage::io_engine> inner_; ///< destroyed last, so that its threads end before the count
};

/// I/O on threads.
class threads_io_world final : public io_world {
public:
  explicit threads_io_world(storage::io_threads_config config = {})
      : counting_(std::make_shared<counting_io>(storage::make_io_threads(config))) {}

  std::shared_ptr<storage::io_engine> engine() override { return counting_; }
  void settle() override { counting_->settle(); }

private:
  std::shared_ptr<counting_io> counting_;
};

/// I/O through io_uring; on threads if the kernel has none.
class uring_io_world final : public io_world {
public:
  explicit uring_io_world(const storage::io_uring_config& config = {}) {
    auto made = storage::make_io_uring(config);
    counting_ =
        std::make_shared<counting_io>(made ? std::move(made).value() : storage::make_io_threads({config.threads, 0}));
  }

  std::shared_ptr<storage::io_engine> engine() override { return counting_; }
  void settle() override { counting_->settle(); }

private:
  std::shared_ptr<counting_io> counting_;
};

} // namespace hearth::testing
