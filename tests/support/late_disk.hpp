#pragma once

#include "tests/support/disk_in_front.hpp"

#include <deque>
#include <utility>

namespace hearth::testing {

/// A disk in virtual time with late reports: a read that is held back happens on time, but its end is not reported
/// until `tell`. So a test decides what happens between a read and its answer. Everything else is as in
/// `make_memory_io`. Threads: one.
class late_disk final : public disk_in_front {
public:
  using disk_in_front::disk_in_front;

  /// Holds back the first read that ends from now on.
  void hold_next_read() { holds_ = true; }

  /// Reports the reads that were held back, in the order in which they ended.
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
    disk_in_front::submit(std::move(batch));
  }
  std::size_t in_flight() const override { return disk_in_front::in_flight() + held_.size(); }
  bool stop(std::chrono::nanoseconds patience) override {
    tell();
    return disk_in_front::stop(patience);
  }

private:
  struct held_back {
    std::function<void(bool)> complete;
    bool ran = false;
  };
  std::deque<held_back> held_;
  bool holds_ = false;
};

} // namespace hearth::testing
