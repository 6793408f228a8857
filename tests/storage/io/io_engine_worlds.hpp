#pragma once

#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/handle_file.hpp"
#include "tests/support/io_worlds.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

inline constexpr auto for_ever = std::chrono::nanoseconds::max();

/// Log of what jobs did, in order. Threads: any may write.
class journal {
public:
  void add(const std::string& line) {
    std::lock_guard guard{mutex_};
    lines_.push_back(line);
  }
  std::vector<std::string> lines() const {
    std::lock_guard guard{mutex_};
    return lines_;
  }

  /// A job that logs "<name>" when it runs and "<name> done" or "<name> refused" when it completes.
  storage::io_job job(storage::io_kind kind, const std::string& name) {
    return {kind, 0, [this, name] { add(name); }, [this, name](bool ran) { add(name + (ran ? " done" : " refused")); }};
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline std::vector<storage::io_job> one(storage::io_job job) {
  std::vector<storage::io_job> batch;
  batch.push_back(std::move(job));
  return batch;
}

/// The text as writable memory for the `parts` of a transfer.
inline std::span<std::byte> bytes_of(std::string& text) { return std::as_writable_bytes(std::span{text}); }

/// Files in memory.
struct memory_files {
  std::shared_ptr<storage::memory_file_system> disk = storage::make_memory_file_system();

  std::shared_ptr<storage::file> new_file() { return disk->open("/a", storage::open_mode::create).value(); }
  std::shared_ptr<storage::file> full_disk() {
    auto opened = new_file();
    disk->fail_next(storage::file_operation::write, storage::errc::no_space);
    return opened;
  }
};

/// Engine in virtual time. A submitted job stays in progress until the world settles.
struct virtual_engine : memory_files {
  virtual_io_world world;
  std::shared_ptr<storage::io_engine> engine = world.engine();

  void occupy() {
    engine->submit(one({storage::io_kind::write, 0, [] {}, [](bool) {}}));
  }
  void release() {}
  void settle() { world.settle(); }
};

/// Engine with two threads, one for all jobs and one for reads. `occupy` blocks each with a job that waits.
struct threads_engine : memory_files {
  std::array<std::latch, 2> at_work{std::latch{1}, std::latch{1}};
  std::promise<void> go_on;
  std::shared_future<void> released = go_on.get_future().share();
  threads_io_world world{{1, 0}};
  std::shared_ptr<storage::io_engine> engine = world.engine();

  void occupy() {
    // The write first: otherwise the thread for all jobs could take the read, and the write would wait.
    for (auto kind : {storage::io_kind::write, storage::io_kind::read}) {
      auto& started = at_work[kind == storage::io_kind::write ? 0 : 1];
      engine->submit(one({kind, 0,
                          [this, &started] {
                            started.count_down();
                            released.wait();
                          },
                          [](bool) {}}));
      started.wait();
    }
  }
  void release() { go_on.set_value(); }
  void settle() { world.settle(); }
};

/// Gives each read and write job without a transfer a transfer of one byte, so that the kernel does the job.
class with_transfers final : public storage::io_engine {
public:
  with_transfers(std::shared_ptr<storage::io_engine> inner, std::shared_ptr<storage::file> scratch)
      : inner_(std::move(inner)), scratch_(std::move(scratch)) {}

  void submit(std::vector<storage::io_job> batch) override {
    for (auto& job : batch) {
      if (job.transfer || job.kind == storage::io_kind::metadata)
        continue;
      auto memory = std::make_shared<std::string>(1, 'a');
      job.transfer = std::make_shared<storage::io_transfer>(storage::io_transfer{scratch_, 0, {bytes_of(*memory)}});
      job.complete = [memory, complete = std::move(job.complete)](bool ran) { complete(ran); };
    }
    inner_->submit(std::move(batch));
  }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  bool stop(std::chrono::nanoseconds patience) override { return inner_->stop(patience); }

private:
  std::shared_ptr<storage::io_engine> inner_;
  std::shared_ptr<storage::file> scratch_;
};

/// Engine with io_uring, one read and one write at a time; `occupy` blocks each on a pipe. Without io_uring the threads
/// engine is used instead.
struct uring_engine {
  temporary_directory directory;
  std::shared_ptr<storage::file_system> disk = storage::make_posix_file_system();
  test_pipe empty;
  test_pipe full;
  std::string letters = "rw";
  uring_io_world world{{1, 1, 1, 1, 0}};
  std::shared_ptr<storage::io_engine> engine = std::make_shared<with_transfers>(world.engine(), make("scratch"));

  std::shared_ptr<storage::file> make(const std::string& name) {
    return disk->open(directory.path() + "/" + name, storage::open_mode::create).value();
  }
  std::shared_ptr<storage::file> new_file() { return make("new"); }
  std::shared_ptr<storage::file> full_disk() { return device("/dev/full", O_WRONLY); }

  void occupy() {
    full.fill();
    const auto first = bytes_of(letters).first(1);
    const auto second = bytes_of(letters).last(1);
    using storage::io_transfer;
    auto write = std::make_shared<io_transfer>(io_transfer{full.in, 0, {second}});
    auto read = std::make_shared<io_transfer>(io_transfer{empty.out, 0, {first}});
    engine->submit(one({storage::io_kind::write, 1, {}, [](bool) {}, write}));
    engine->submit(one({storage::io_kind::read, 1, {}, [](bool) {}, read}));
  }
  void release() {
    full.drain();
    empty.put("r");
  }
  void settle() { world.settle(); }
};

/// Checks a job whose `complete` holds the last reference to its engine: the job ends, then the engine is destroyed.
inline void check_job_owns_last_reference(std::shared_ptr<storage::io_engine> engine) {
  std::promise<void> go_on;
  std::promise<void> gone;
  const std::weak_ptr<storage::io_engine> left = engine;
  engine->submit(one({storage::io_kind::write, 0, [back = go_on.get_future().share()] { back.wait(); },
                      [owner = engine, &gone](bool) mutable {
                        owner.reset();
                        gone.set_value();
                      }}));
  engine.reset();
  CHECK_FALSE(left.expired());
  go_on.set_value();
  gone.get_future().wait();
  CHECK(left.expired());
}

} // namespace hearth::testing
