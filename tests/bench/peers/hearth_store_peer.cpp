// Estimate: segments reach 0.8 of the limit or more for writes, 0.9 for reads with a queue depth. The difference to the
// facade at the same depth is the cost of the hot tier, actors and wake-ups.
#include "storage/io/io_engine.hpp"
#include "storage/io/io_uring.hpp"
#include "storage/segments/segments_store.hpp"
#include "tests/bench/peers/peer.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace hearth::bench {

namespace {

using namespace hearth::storage;

using make_io = std::function<std::shared_ptr<io_engine>()>;

/// Waits for a number of callbacks. Threads: `done` any, `wait` one.
class callbacks {
public:
  explicit callbacks(std::size_t count) : left_(count) {}

  void done(const result<void>& outcome) {
    std::lock_guard guard{mutex_};
    if (!outcome.ok() && outcome_.ok())
      outcome_ = outcome;
    if (--left_ == 0)
      changed_.notify_one(); // under the lock: this object may be destroyed right after it
  }

  /// Errors: the first error of a callback.
  result<void> wait() {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [this] { return left_ == 0; });
    return outcome_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_;
  result<void> outcome_;
};

class store_peer final : public peer {
public:
  explicit store_peer(make_io io) : make_io_(std::move(io)) {}
  ~store_peer() override { close(); }

  [[nodiscard]] std::string version() const override { return hearth_version(); }
  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes == 0 ? "it is a store on disk" : "";
  }

  result<void> open(const stage& where) override {
    segments_store_config config;
    config.directory = where.directory;
    config.bytes_max = where.disk_bytes;
    config.files = make_posix_file_system();
    config.io = io_ = make_io_();
    config.namespaces = std::make_shared<namespace_table>();
    config.clock = [] {
      return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
    };
    if (auto given = config.namespaces->claim("default"); !given)
      return given.error();
    auto opened = open_segments_store(std::move(config));
    if (!opened)
      return opened.error();
    store_ = std::move(opened->store);
    return {};
  }

  result<std::size_t> put(unsigned, chain_blocks chain) override {
    callbacks ended{chain.size()};
    std::vector<append_item> batch;
    for (const auto& item : chain)
      batch.push_back({item, [&ended](result<void> outcome) { ended.done(outcome); }});
    store_->append(std::move(batch));
    const auto outcome = ended.wait();
    return outcome.ok() ? result<std::size_t>{chain.size()} : outcome.error();
  }

  result<std::size_t> get(unsigned, chain_keys chain, const block_seen& seen) override {
    callbacks ended{chain.size()};
    std::vector<std::optional<buffer>> found(chain.size());
    std::vector<read_item> batch;
    for (std::size_t i = 0; i < chain.size(); ++i)
      batch.push_back({chain[i], 0, [&ended, &into = found[i]](result<block> got) {
                         if (got.ok())
                           into = std::move(got->payload);
                         const bool fine = got.ok() || got.code() == errc::not_found;
                         ended.done(fine ? result<void>{} : result<void>{got.error()});
                       }});
    store_->read(std::move(batch));
    if (const auto outcome = ended.wait(); !outcome.ok())
      return outcome.error();
    std::size_t present = 0;
    for (; present < chain.size() && found[present]; ++present)
      seen(present, found[present]->bytes());
    return present;
  }

  result<std::size_t> contains(unsigned, chain_keys chain) override {
    std::size_t present = 0;
    while (present < chain.size() && store_->find(chain[present]))
      ++present;
    return present;
  }

  result<void> settle() override {
    callbacks ended{1};
    store_->sync([&ended](result<void> outcome) { ended.done(outcome); });
    return ended.wait();
  }

  /// The order matters: jobs in flight end, then the store is destroyed, then its deferred work runs, then the threads
  /// end.
  void close() override {
    if (!store_)
      return;
    wait_for_io();
    store_.reset();
    wait_for_io();
    io_.reset();
  }

private:
  void wait_for_io() const {
    while (io_->in_flight() > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  make_io make_io_;
  std::shared_ptr<io_engine> io_;
  std::shared_ptr<block_store> store_;
};

std::shared_ptr<io_engine> four_threads() { return make_io_threads({.threads = 4}); }

std::shared_ptr<io_engine> ring_or_threads() {
  auto ring = make_io_uring({});
  return ring ? *ring : four_threads();
}

} // namespace

void add_hearth_store(peer_list& list) {
  list.entries.push_back({"hearth's store", [] { return std::make_unique<store_peer>(ring_or_threads); }});
  list.entries.push_back({"store, threads", [] { return std::make_unique<store_peer>(four_threads); }});
}

} // namespace hearth::bench
