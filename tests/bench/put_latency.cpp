// What a put costs while the disk does what it likes: hearth-put-latency [DIRECTORY] [SECONDS]. Five caches of the same
// size take the same puts in turn: with a healthy disk, one that takes a second for each write, one whose writes hang
// for a minute, and two without any. A put is a message to hot_cache and its answer, whatever happens below, so all
// should be alike. The hot tier is small: every put makes a block leave, and most of what the slow disks should take is
// given up, and counted. Beside the last cache a thread writes as many bytes to a file: what a busy disk costs a put on
// this machine, whoever keeps it busy, is the limit for the first.
#include "actors/host/cache_impl.hpp"
#include "actors/host/program/temporary_directory.hpp"
#include "tests/bench/program_in_place.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace hearth;
using clock_type = std::chrono::steady_clock;

constexpr std::uint64_t block_bytes = 256 << 10;
constexpr std::uint64_t hot_bytes = 64ull << 20;
constexpr auto between_puts = std::chrono::microseconds{500};
constexpr unsigned warm_up_puts = 1'000; ///< four times what the hot tier holds
constexpr unsigned puts_in_turn = 200;   ///< then the next cache: what disturbs the machine disturbs all five

/// Hands writes on only after they have waited. Reads and the rest pass at once.
class late_writes final : public storage::io_engine {
public:
  late_writes(std::shared_ptr<storage::io_engine> inner, std::chrono::nanoseconds wait)
      : inner_(std::move(inner)), wait_(wait), thread_([this] { run(); }) {}
  ~late_writes() override { (void)stop({}); }

  void submit(std::vector<storage::io_job> batch) override {
    std::vector<storage::io_job> now;
    {
      std::lock_guard guard{mutex_};
      for (auto& job : batch)
        if (job.kind == storage::io_kind::write && !stopped_)
          held_.push_back({clock_type::now() + wait_, std::move(job)});
        else
          now.push_back(std::move(job));
    }
    changed_.notify_all();
    if (!now.empty())
      inner_->submit(std::move(now));
  }
  [[nodiscard]] std::size_t in_flight() const override {
    std::lock_guard guard{mutex_};
    return inner_->in_flight() + held_.size();
  }
  bool stop(std::chrono::nanoseconds patience) override {
    std::deque<held> left;
    {
      std::lock_guard guard{mutex_};
      stopped_ = true;
      left.swap(held_);
    }
    changed_.notify_all();
    if (thread_.joinable())
      thread_.join();
    for (auto& one : left)
      one.job.complete(false);
    return inner_->stop(patience);
  }

private:
  struct held {
    clock_type::time_point due;
    storage::io_job job;
  };

  void run() {
    std::unique_lock guard{mutex_};
    while (!stopped_) {
      if (held_.empty() || held_.front().due > clock_type::now()) {
        const auto due = held_.empty() ? clock_type::now() + std::chrono::hours{1} : held_.front().due;
        changed_.wait_until(guard, due);
        continue;
      }
      std::vector<storage::io_job> batch;
      batch.push_back(std::move(held_.front().job));
      held_.pop_front();
      guard.unlock();
      inner_->submit(std::move(batch));
      guard.lock();
    }
  }

  std::shared_ptr<storage::io_engine> inner_;
  std::chrono::nanoseconds wait_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<held> held_;
  bool stopped_ = false;
  std::thread thread_;
};

/// What a busy disk costs everybody on the machine, whoever keeps it busy: writes what it is given into a file in a
/// circle, past every cache, one after the other. No checksum, no index, nobody who waits for it.
class raw_writes {
public:
  explicit raw_writes(const std::string& directory)
      : file_(storage::make_posix_file_system()
                  ->open(directory + "/raw", storage::open_mode::create, storage::caching::direct)
                  .value()) {
    static_cast<void>(file_->reserve(file_bytes)); // a failure shows in the first write
    thread_ = std::thread{[this] { run(); }};
  }
  ~raw_writes() {
    {
      std::lock_guard guard{mutex_};
      waiting_.assign(1, buffer{});
    }
    changed_.notify_one();
    thread_.join();
  }

  /// Leaves out what a slow disk does not keep up with, as a cache does.
  void write(buffer payload) {
    {
      std::lock_guard guard{mutex_};
      if (waiting_.size() == waiting_max)
        return;
      waiting_.push_back(std::move(payload));
    }
    changed_.notify_one();
  }

private:
  static constexpr std::uint64_t file_bytes = 1ull << 30;
  static constexpr std::size_t waiting_max = 256;

  /// Until there is nothing to write in the queue.
  void run() {
    for (std::uint64_t offset = 0;; offset = (offset + block_bytes) % file_bytes) {
      std::unique_lock guard{mutex_};
      changed_.wait(guard, [this] { return !waiting_.empty(); });
      const auto payload = std::move(waiting_.front());
      waiting_.pop_front();
      guard.unlock();
      if (payload.empty())
        return;
      const std::array parts{payload.bytes()};
      if (const auto wrote = file_->write(offset, parts); !wrote)
        std::fprintf(stderr, "%s\n", wrote.error().context.c_str());
    }
  }

  std::unique_ptr<storage::file> file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<buffer> waiting_;
  std::thread thread_;
};

enum class below { nothing, raw_writes, disk };

struct candidate {
  const char* name;
  below what;
  std::chrono::nanoseconds write_wait{0};
};
constexpr std::array candidates{
    candidate{"healthy disk", below::disk}, candidate{"1 s a write", below::disk, std::chrono::seconds{1}},
    candidate{"hangs for a minute", below::disk, std::chrono::minutes{1}}, candidate{"no disk", below::nothing},
    candidate{"no disk, beside raw", below::raw_writes}};

/// One cache under measurement.
class subject {
public:
  subject(caf::actor_system& system, const candidate& of, const std::string& parent)
      : name_(of.name), directory_(temporary_directory::make_in(parent, "hearth-put-latency-", "").value()),
        kept_(open(system, of)) {
    if (of.what == below::raw_writes)
      beside_ = std::make_unique<raw_writes>(directory_.path());
  }

  void put_some(unsigned count) {
    auto due = clock_type::now();
    for (; count > 0; --count) {
      std::this_thread::sleep_until(due += between_puts);
      auto fresh = mutable_buffer::allocate(block_bytes).value();
      std::memset(fresh.bytes().data(), 42, 64);
      block_key key;
      std::memcpy(key.bytes.data(), &++number_, sizeof(number_));
      auto payload = std::move(fresh).publish();
      const auto same = payload;
      const auto begun = clock_type::now();
      const auto put = kept_.put(key, std::move(payload));
      us_.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - begun).count());
      refused_ += put.ok() ? 0 : 1;
      if (beside_)
        beside_->write(same);
    }
  }

  /// What was measured so far does not count: memory was mapped, files were made.
  void forget() {
    us_.clear();
    refused_ = 0;
    before_ = kept_.stats().value().whole.counters.ledger;
  }

  void report() {
    if (us_.empty())
      return;
    std::sort(us_.begin(), us_.end());
    const auto at = [&](double share) {
      return us_[static_cast<std::size_t>(share * static_cast<double>(us_.size() - 1))];
    };
    const auto now = kept_.stats().value().whole.counters.ledger;
    std::printf("%-19s  %7zu  %6.1f  %6.1f  %8.1f  %8llu  %8llu  %11llu\n", name_, us_.size(), at(0.5), at(0.99),
                at(0.999), static_cast<unsigned long long>(refused_),
                static_cast<unsigned long long>(now.persisted().blocks - before_.persisted().blocks),
                static_cast<unsigned long long>(now.ssd_write_drops() - before_.ssd_write_drops()));
    (void)kept_.close(std::chrono::milliseconds{0});
  }

private:
  cache open(caf::actor_system& system, const candidate& of) const {
    cache_options options;
    options.hot_bytes_max = hot_bytes;
    options.close_timeout = std::chrono::milliseconds{0};
    options.idle_clean = std::chrono::milliseconds{0}; // it would fall into another cache's turn
    if (of.what == below::disk) {
      options.directory = directory_.path();
      options.cold_bytes_max = 2ull << 30;
    }
    auto world = machine_environment(options).value();
    if (of.write_wait.count() > 0)
      world.io = std::make_shared<late_writes>(world.io, of.write_wait);
    return open_cache(system, options, std::move(world)).value();
  }

  const char* name_;
  temporary_directory directory_;
  cache kept_;
  std::unique_ptr<raw_writes> beside_;
  std::uint64_t number_ = 0;
  std::uint64_t refused_ = 0;
  stats::ledger before_;
  std::vector<double> us_;
};

void measure(const std::string& parent, double seconds) {
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  own_system_config config;
  caf::actor_system system{config};
  std::vector<std::unique_ptr<subject>> subjects;
  for (const auto& of : candidates)
    subjects.push_back(std::make_unique<subject>(system, of, parent));
  for (auto& one : subjects) {
    if (interrupted_by() != 0)
      return;
    one->put_some(warm_up_puts);
    one->forget();
  }
  const auto end = clock_type::now() + std::chrono::duration<double>(seconds);
  while (clock_type::now() < end && interrupted_by() == 0)
    for (auto& one : subjects)
      one->put_some(puts_in_turn);
  std::printf("put of 256 KiB into a full hot tier of 64 MiB, 2,000 a second, us\n");
  std::printf("%-19s  %7s  %6s  %6s  %8s  %8s  %8s  %11s\n", "", "puts", "p50", "p99", "p99.9", "refused", "written",
              "write drops");
  for (auto& one : subjects)
    one->report();
}

} // namespace

int main(int argc, char** argv) {
  return bench::program_in_place(argc, argv, "Measures what a put costs while the disk does what it likes.", 60,
                                 measure);
}
