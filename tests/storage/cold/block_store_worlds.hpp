#pragma once

#include "storage/segments/segments_store.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/io_worlds.hpp"
#include "tests/support/keys.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

using namespace hearth::storage;

/// Records the outcome that a `done` callback received, and how often it was called.
template <class T>
class answer {
public:
  std::function<void(result<T>)> done() {
    return [state = state_](result<T> outcome) {
      state->code = outcome.code();
      if constexpr (!std::is_void_v<T>)
        if (outcome.ok())
          state->value = std::move(*outcome);
      ++state->count;
      state->count.notify_all();
    };
  }
  [[nodiscard]] bool given() const { return state_->count.load() > 0; }
  void wait() const { state_->count.wait(0); }
  /// The error code. Fails the test unless `done` was called exactly once.
  [[nodiscard]] errc code() const {
    REQUIRE(state_->count.load() == 1);
    return state_->code;
  }
  [[nodiscard]] bool ok() const { return code() == errc::none; }
  [[nodiscard]] const auto& value() const { return state_->value; }

private:
  struct state {
    std::atomic<int> count = 0;
    errc code = errc::none;
    std::conditional_t<std::is_void_v<T>, bool, T> value{};
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// World for one store. Blocks survive closing and reopening the store. Derived classes choose the store, the file
/// system and the I/O engine.
class store_world {
public:
  virtual ~store_world() = default;

  /// Opens or reopens the store, with room for `blocks` blocks of `block_bytes`. Pre: no store is open.
  virtual void open(std::uint64_t blocks, std::size_t block_bytes) = 0;
  void open_bytes(std::uint64_t bytes_max) {
    auto opened = try_open(bytes_max);
    INFO((opened.ok() ? std::string{} : to_string(opened.error())));
    REQUIRE(opened);
    store = std::move(opened->store);
    report = opened->report;
  }
  [[nodiscard]] virtual result<opened_store> try_open(std::uint64_t bytes_max) = 0;

  /// Destroys the store and all its jobs.
  virtual void close() = 0;
  /// Completes all I/O.
  virtual void settle() = 0;

  // Blocking calls.
  errc append(unsigned number, std::size_t size, unsigned seed = 0, namespace_id name_space = 0) {
    const auto appended = start_append(number, size, seed, name_space);
    settle();
    return appended.code();
  }
  answer<void> start_append(unsigned number, std::size_t size, unsigned seed = 0, namespace_id name_space = 0) {
    answer<void> appended;
    std::vector<append_item> batch;
    batch.push_back({{key(number), name_space, std::nullopt, payload(seed + number, size)}, appended.done()});
    store->append(std::move(batch));
    return appended;
  }
  answer<block> start_read(unsigned number, namespace_id name_space = 0) {
    answer<block> got;
    std::vector<read_item> batch;
    batch.push_back({key(number), name_space, got.done()});
    store->read(std::move(batch));
    return got;
  }
  answer<block> read(unsigned number, namespace_id name_space = 0) {
    const auto got = start_read(number, name_space);
    settle();
    return got;
  }
  errc sync() {
    answer<void> synced;
    store->sync(synced.done());
    settle();
    return synced.code();
  }

  /// Numbers of the blocks in the store, least recently used first.
  [[nodiscard]] std::vector<unsigned> numbers() const {
    std::vector<unsigned> numbers;
    for (const auto& key : store->keys())
      numbers.push_back(std::to_integer<unsigned>(key.bytes[31]));
    return numbers;
  }
  [[nodiscard]] bool balanced() const {
    const auto x = store->ledger(std::nullopt);
    auto in = x.recovered;
    in += x.persisted;
    auto out = x.present;
    for (const auto& amount : {x.reclaimed, x.erased, x.corrupt, x.vanished})
      out += amount;
    return in == out;
  }

  std::shared_ptr<namespace_table> namespaces = std::make_shared<namespace_table>(4);
  std::shared_ptr<block_store> store;
  recovery_report report;
  opening_progress on_opening;

protected:
  store_world() {
    REQUIRE(namespaces->claim("a"));
    REQUIRE(namespaces->claim("b"));
  }
};

/// Place and dependencies of a segments store.
struct store_place {
  std::string directory;
  std::uint64_t bytes_max = 0;
  std::shared_ptr<file_system> files;
  std::shared_ptr<io_engine> io;
  std::shared_ptr<namespace_table> namespaces;
  clock_ns clock;
  opening_progress on_opening;
};

/// Segments stores. A store that is opened for a number of blocks has one block per segment, so reclaiming a segment
/// evicts one block.
struct tuned_segments {
  result<opened_store> open_store(const store_place& place) {
    tuning.directory = place.directory;
    tuning.bytes_max = place.bytes_max;
    tuning.files = place.files;
    tuning.io = place.io;
    tuning.namespaces = place.namespaces;
    tuning.clock = place.clock;
    tuning.on_opening = place.on_opening;
    auto opened = open_segments_store(tuning);
    tuning.io.reset();
    return opened;
  }
  std::uint64_t room_for(std::uint64_t blocks, std::size_t block_bytes) {
    tuning.segment_bytes = 4096 + (block_bytes + 4095) / 4096 * 4096;
    tuning.reclaim_ahead_bytes = 0;
    return segments_fixed_bytes(tuning) + blocks * segment_charge(tuning, block_bytes);
  }
  segments_store_config tuning;
};

/// Segments on files in memory, I/O in virtual time.
class memory_segments_world : public store_world, public tuned_segments {
public:
  memory_segments_world() { REQUIRE(disk->create_directory("/cache")); }
  [[nodiscard]] file_system& files() const { return *disk; }
  void open(std::uint64_t blocks, std::size_t block_bytes) override { open_bytes(room_for(blocks, block_bytes)); }
  result<opened_store> try_open(std::uint64_t bytes_max) override {
    return open_store({"/cache", bytes_max, disk, io.engine(), namespaces, [this] { return clock_ns; }, on_opening});
  }
  void close() override {
    store.reset();
    settle();
  }
  void settle() override { io.settle(); }

  std::shared_ptr<memory_file_system> disk = make_memory_file_system();
  virtual_io_world io;
  std::int64_t clock_ns = 1'000;
};

/// Segments on the operating system's files, I/O on threads.
class posix_segments_world : public store_world, public tuned_segments {
public:
  [[nodiscard]] file_system& files() const { return *disk; }
  void open(std::uint64_t blocks, std::size_t block_bytes) override { open_bytes(room_for(blocks, block_bytes)); }
  result<opened_store> try_open(std::uint64_t bytes_max) override {
    io = std::make_unique<threads_io_world>();
    return open_store({directory.path(), bytes_max, disk, io->engine(), namespaces, [] { return 1'000; }, on_opening});
  }
  void close() override {
    settle();
    store.reset();
    settle();
    io.reset();
  }
  void settle() override { io->settle(); }
  ~posix_segments_world() override {
    if (store)
      close();
  }

  std::shared_ptr<file_system> disk = make_posix_file_system();
  temporary_directory directory;
  std::unique_ptr<threads_io_world> io;
};

/// Store in a map; its blocks survive reopening.
class memory_store_world : public store_world {
public:
  static std::uint64_t room_for(std::uint64_t blocks, std::size_t block_bytes) {
    return memory_store::fixed_bytes + blocks * (4096 + (block_bytes + 4095) / 4096 * 4096);
  }
  void open(std::uint64_t blocks, std::size_t block_bytes) override { open_bytes(room_for(blocks, block_bytes)); }
  result<opened_store> try_open(std::uint64_t bytes_max) override {
    opened_ = std::make_shared<memory_store>(namespaces, bytes_max, kept_);
    return opened_store{opened_, {.recovered = kept_.size()}, nullptr};
  }
  void close() override {
    kept_ = opened_->contents();
    opened_.reset();
    store.reset();
  }
  void settle() override {}

private:
  std::shared_ptr<memory_store> opened_;
  std::vector<memory_store::kept_block> kept_;
};

/// Opens a store for eight blocks of 100 bytes and puts blocks 1 to 3 durably.
template <class World>
void open_with_three(World& world) {
  world.open(8, 100);
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  REQUIRE(world.sync() == errc::none);
}

} // namespace hearth::testing
