// Cost of a put while the disk is sick, for the workload paced-put: hearth over a disk that takes a second per write,
// over one whose writes hang for a minute, and without a disk. A put is a message to hot_cache and its reply, whatever
// the disk does, so all results should be equal. In the last variant a thread writes the same number of bytes to a
// file: the cost of a busy disk on this machine, which is the limit for a healthy disk.
#include "actors/host/cache_impl.hpp"
#include "tests/bench/peers/descriptor.hpp"
#include "tests/bench/peers/hearth_peer.hpp"
#include "tests/bench/workload.hpp"

#include <caf/actor_system.hpp>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>

namespace hearth::bench {

namespace {

using clock_type = std::chrono::steady_clock;

/// Delays writes before it forwards them. Forwards reads and other jobs at once.
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

/// hearth over a disk with delayed writes.
class late_peer final : public hearth_peer {
public:
  explicit late_peer(std::chrono::nanoseconds wait) : wait_(wait) {}
  ~late_peer() override { close(); }

  result<void> open(const stage& where) override {
    auto options = options_for(where);
    options.close_timeout = std::chrono::milliseconds{0}; // its data is not needed again
    auto world = machine_environment(options);
    if (!world)
      return world.error();
    if (wait_.count() > 0)
      world->io = std::make_shared<late_writes>(world->io, wait_);
    auto opened = open_cache(system_, options, std::move(*world));
    if (!opened)
      return opened.error();
    cache_.emplace(std::move(*opened));
    return {};
  }

private:
  std::chrono::nanoseconds wait_;
  own_system_config config_;
  caf::actor_system system_{config_};
};

/// hearth in memory only. Optionally a thread writes the same bytes to a file used as a ring, bypassing every cache,
/// and drops what a slow disk cannot keep up with, as a cache does.
class diskless_peer final : public hearth_peer {
public:
  explicit diskless_peer(bool beside_raw) : beside_raw_(beside_raw) {}
  ~diskless_peer() override { close(); }

  result<void> open(const stage& where) override {
    auto in_memory = where;
    in_memory.disk_bytes = 0;
    if (auto opened = hearth_peer::open(in_memory); !opened || !beside_raw_)
      return opened;
    path_ = where.directory + "/raw";
    file_ = descriptor{::open(path_.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600)};
    if (!file_.is_open())
      return system_failure(path_, errno);
    thread_ = std::thread{[this, bytes_max = where.disk_bytes / 2] { write_raw(bytes_max); }};
    return {};
  }

  result<std::size_t> put(unsigned thread, chain_blocks chain) override {
    auto kept = hearth_peer::put(thread, chain);
    if (beside_raw_)
      for (const auto& item : chain)
        enqueue(item.payload);
    return kept;
  }

  void close() override {
    if (thread_.joinable()) {
      enqueue({});
      thread_.join();
    }
    file_ = {};
    hearth_peer::close();
  }

private:
  static constexpr std::size_t waiting_max = 256;

  /// An empty payload ends the thread.
  void enqueue(buffer payload) {
    {
      std::lock_guard guard{mutex_};
      if (payload.empty())
        waiting_.clear();
      if (waiting_.size() == waiting_max)
        return;
      waiting_.push_back(std::move(payload));
    }
    changed_.notify_one();
  }

  void write_raw(std::uint64_t bytes_max) {
    for (std::uint64_t offset = 0;;) {
      std::unique_lock guard{mutex_};
      changed_.wait(guard, [this] { return !waiting_.empty(); });
      const auto payload = std::move(waiting_.front());
      waiting_.pop_front();
      guard.unlock();
      if (payload.empty())
        return;
      if (const auto wrote = write_all(file_.number(), offset, payload.padded_bytes(), path_); !wrote)
        std::fprintf(stderr, "%s\n", wrote.error().context.c_str());
      offset += payload.size();
      offset = offset + payload.size() > bytes_max ? 0 : offset;
    }
  }

  bool beside_raw_;
  std::string path_;
  descriptor file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<buffer> waiting_;
  std::thread thread_;
};

} // namespace

void add_sick_disks(peer_list& list) {
  const auto add = [&](const char* name, std::function<std::unique_ptr<peer>()> make) {
    list.entries.push_back({name, std::move(make), {workload::paced_put}});
  };
  add("hearth, healthy disk", [] { return std::make_unique<late_peer>(std::chrono::nanoseconds{0}); });
  add("1 s a write", [] { return std::make_unique<late_peer>(std::chrono::seconds{1}); });
  add("hangs for a minute", [] { return std::make_unique<late_peer>(std::chrono::minutes{1}); });
  add("no disk", [] { return std::make_unique<diskless_peer>(false); });
  add("no disk, beside raw", [] { return std::make_unique<diskless_peer>(true); });
}

} // namespace hearth::bench
