#include "storage/io/measured_io.hpp"

#include <utility>

namespace hearth::storage {

namespace {

class measured_io final : public io_engine {
public:
  measured_io(std::shared_ptr<io_engine> measured, clock_ns clock, std::function<void(const measured_transfer&)> report)
      : measured_(std::move(measured)),
        reports_(std::make_shared<const reports>(reports{std::move(clock), std::move(report)})) {}

  void submit(std::vector<io_job> batch) override {
    const auto start = reports_->clock();
    for (auto& job : batch)
      if (job.transfer && job.kind != io_kind::metadata)
        job.complete = [reports = reports_, start, kind = job.kind, transfer = job.transfer, cancelled = job.cancelled,
                        complete = std::move(job.complete)](bool ran) {
          const auto bytes = transfer->moved ? *transfer->moved : 0;
          const bool skipped = bytes == 0 && cancelled && cancelled->load(std::memory_order_relaxed);
          if (ran && !skipped)
            reports->report({kind, static_cast<std::uint64_t>(reports->clock() - start), bytes});
          complete(ran);
        };
    measured_->submit(std::move(batch));
  }

  std::size_t in_flight() const override { return measured_->in_flight(); }
  bool stop(std::chrono::nanoseconds patience) override { return measured_->stop(patience); }

private:
  /// Shared with the jobs: a job that hangs may end after the engine is gone.
  struct reports {
    clock_ns clock;
    std::function<void(const measured_transfer&)> report;
  };

  const std::shared_ptr<io_engine> measured_;
  const std::shared_ptr<const reports> reports_;
};

} // namespace

std::shared_ptr<io_engine> make_measured_io(std::shared_ptr<io_engine> measured, clock_ns clock,
                                            std::function<void(const measured_transfer&)> report) {
  return std::make_shared<measured_io>(std::move(measured), std::move(clock), std::move(report));
}

} // namespace hearth::storage
