#pragma once

#include "storage/memory_io.hpp"

#include <deque>
#include <utility>

namespace hearth::testing {

/// A disk in virtual time whose news can be late: a read that is held back happens on time, but nobody is told until
/// `tell`. So a test decides what happens between a read and its answer. Everything else is as `make_memory_io`.
/// Threads: one.
class late_disk final : public storage::memory_io {
public:
  explicit late_disk(storage::clock_ns clock) : inner_(storage::make_memory_io(std::move(clock))) {}

  /// Of the reads that end from now on, the first is held back.
  void hold_next_read() { holds_ = true; }

  /// Tells of the reads that were held back, in the order in which they ended.
  void tell() {
    for (auto& one : std::exchange(held_, {}))
      one.complete(one.ran);
  }

  void submit(std::vector<storage::io_job> batch) override {
    for (auto& job : batch)
      if (job.kind == storage::io_kind::read)
        job.complete = [this, complete = std::move(job.complete)](bool ran) {
          if (std::exchange(holds_, false))
            held_.push_back({complete, ran});
          else
            complete(ran);
        };
    inner_->submit(std::move(batch));
  }
  std::size_t in_flight() const override { return inner_->in_flight() + held_.size(); }
  bool stop(std::chrono::nanoseconds patience) override {
    tell();
    return inner_->stop(patience);
  }
  bool step() override { return inner_->step(); }
  std::optional<std::int64_t> next_due_ns() const override { return inner_->next_due_ns(); }
  void hang(bool on) override { inner_->hang(on); }
  void latency(const storage::io_latency& latency) override { inner_->latency(latency); }

private:
  struct held_back {
    std::function<void(bool)> complete;
    bool ran = false;
  };
  std::shared_ptr<storage::memory_io> inner_;
  std::deque<held_back> held_;
  bool holds_ = false;
};

} // namespace hearth::testing
