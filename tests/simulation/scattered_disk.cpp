#include "tests/simulation/scattered_disk.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <utility>

namespace hearth::simulation {

namespace {

using storage::io_job;
using storage::io_kind;

class seeded_disk final : public scattered_disk {
public:
  seeded_disk(storage::clock_ns clock, chance draws) : clock_(std::move(clock)), draws_(draws) {}

  void submit(std::vector<io_job> batch) override {
    in_flight_ += batch.size();
    for (auto& job : batch)
      if (stopped_)
        refused_.push_back(std::move(job));
      else
        waiting_[static_cast<std::size_t>(job.kind)].push_back(std::move(job));
    start();
  }

  std::size_t in_flight() const override { return in_flight_; }

  bool step() override {
    if (!refused_.empty()) {
      auto job = std::move(refused_.front());
      refused_.pop_front();
      end(std::move(job), false);
      return true;
    }
    if (hangs_ || running_.empty() || running_.begin()->first > clock_())
      return false;
    run_first();
    return true;
  }

  std::optional<std::int64_t> next_due_ns() const override {
    if (!refused_.empty())
      return clock_();
    if (hangs_ || running_.empty())
      return std::nullopt;
    return running_.begin()->first;
  }

  void hang(bool on) override {
    hangs_ = on;
    start();
  }

  void latency(const storage::io_latency&) override {}
  void temper(const disk_temper& changed) override { temper_ = changed; }
  std::uint64_t slow_jobs() const override { return slow_; }

  bool stop(std::chrono::nanoseconds patience) override {
    stopped_ = true;
    for (auto& queue : waiting_)
      for (auto& job : std::exchange(queue, {}))
        end(std::move(job), false);
    while (!hangs_ && !running_.empty() && running_.begin()->first - clock_() <= patience.count())
      run_first();
    while (!refused_.empty())
      step();
    return in_flight_ == 0;
  }

private:
  /// Reads before other waiting jobs, writes last.
  void start() {
    for (const auto kind : {io_kind::read, io_kind::metadata, io_kind::write}) {
      auto& queue = waiting_[static_cast<std::size_t>(kind)];
      while (!hangs_ && !queue.empty() && running_.size() < temper_.queues) {
        running_.emplace(clock_() + duration_ns(), std::move(queue.front()));
        queue.pop_front();
      }
    }
  }

  std::int64_t duration_ns() {
    if (temper_.slow_one_in != 0 && draws_.one_in(temper_.slow_one_in)) {
      ++slow_;
      return static_cast<std::int64_t>(draws_.between(1'000'000'000, 3'000'000'000));
    }
    return temper_.fixed_ns + static_cast<std::int64_t>(draws_.below(static_cast<std::uint64_t>(3 * temper_.fixed_ns)));
  }

  void run_first() {
    auto job = std::move(running_.extract(running_.begin()).mapped());
    storage::run(job);
    end(std::move(job), true);
    start();
  }

  void end(io_job job, bool ran) {
    job.complete(ran);
    job = {}; // releases what the job owns before it counts as ended
    --in_flight_;
  }

  storage::clock_ns clock_;
  chance draws_;
  disk_temper temper_;
  std::array<std::deque<io_job>, 3> waiting_;   ///< by kind, oldest first
  std::deque<io_job> refused_;                  ///< submitted after `stop`
  std::multimap<std::int64_t, io_job> running_; ///< by time of completion
  std::size_t in_flight_ = 0;
  std::uint64_t slow_ = 0;
  bool hangs_ = false;
  bool stopped_ = false;
};

} // namespace

std::shared_ptr<scattered_disk> make_scattered_disk(storage::clock_ns clock, chance draws) {
  return std::make_shared<seeded_disk>(std::move(clock), draws);
}

} // namespace hearth::simulation
