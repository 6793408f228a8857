#pragma once

#include "storage/simulated/memory_io.hpp"

#include <memory>
#include <utility>

namespace hearth::testing {

/// A disk in virtual time that forwards everything to one of `make_memory_io`; base class for tests that change one
/// thing. Threads: one.
class disk_in_front : public storage::memory_io {
public:
  explicit disk_in_front(storage::clock_ns clock) : inner_(storage::make_memory_io(std::move(clock))) {}

  void submit(std::vector<storage::io_job> batch) override { inner_->submit(std::move(batch)); }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  bool stop(std::chrono::nanoseconds patience) override { return inner_->stop(patience); }
  bool step() override { return inner_->step(); }
  std::optional<std::int64_t> next_due_ns() const override { return inner_->next_due_ns(); }
  void hang(bool on) override { inner_->hang(on); }
  void latency(const storage::io_latency& latency) override { inner_->latency(latency); }

private:
  std::shared_ptr<storage::memory_io> inner_;
};

} // namespace hearth::testing
