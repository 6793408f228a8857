#pragma once

#include "actors/host/actors.hpp"
#include "actors/host/cache.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "storage/simulated/memory_io.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace hearth::testing {

/// Parts of a world that a test provides itself.
struct world_parts {
  std::shared_ptr<storage::memory_file_system> files{}; ///< null: a new file system, without power cuts
  std::function<std::shared_ptr<storage::memory_io>(storage::clock_ns)> make_disk{}; ///< empty: `make_memory_io`
  /// Chooses the next actor: gets the number of actors with a message, returns a number below it. Empty: the actor that
  /// has waited longest. An order that a seed decides finds code that depends on the order by accident.
  std::function<std::size_t(std::size_t actors)> next_actor{};
  std::function<void()> after_message{}; ///< called after each handled message: checks what must hold at every moment
};

/// Test kit: a world in which the real actors of a cache run step by step, for deterministic tests of hearth and of
/// host apps. It has CAF's test scheduler, a virtual clock, files in memory and a disk in virtual time. Nothing moves
/// until told, and nothing depends on the machine: the same calls give the same messages in the same order.
///
///     actor_world world;
///     auto cache = world.open({.directory = "/cache", .cold_bytes_max = 1 << 20}).value();
///     cache.put(key, payload);          // a blocking call runs the world until its reply, or its virtual timeout
///     world.run();                      // everything under way ends: messages and I/O
///     CHECK(cache.stats()->whole.counters.ledger.persisted().blocks == 1);
///
/// Caches must be destroyed before their world. Threads: one.
class actor_world {
public:
  using nanoseconds = std::chrono::nanoseconds;

  explicit actor_world(world_parts parts = {});
  ~actor_world();
  actor_world(const actor_world&) = delete;
  actor_world& operator=(const actor_world&) = delete;

  /// Opens a cache on this world's files and disk. The directory "/cache" exists.
  [[nodiscard]] result<cache> open(cache_options options);

  /// Handles exactly one message. Returns false if none is waiting. Throws std::runtime_error after a million messages
  /// without progress of time: the actors send messages forever.
  bool step();

  /// Handles messages until none is waiting; no time passes, so no I/O ends. Returns the number of messages.
  std::size_t deliver();

  /// Runs until no message is waiting and no I/O is in flight (or the disk hangs); time passes as the disk needs it.
  void run();

  /// Lets virtual time pass: messages, I/O and alarms that become due happen in order.
  void advance(nanoseconds time);

  /// Runs until `done` returns true, at most for `timeout` of virtual time. Returns the last result of `done`.
  bool run_until(const std::function<bool()>& done, nanoseconds timeout);

  /// Virtual time since the world began.
  [[nodiscard]] nanoseconds now();

  [[nodiscard]] storage::memory_file_system& files() noexcept { return *files_; }
  [[nodiscard]] storage::memory_io& disk() noexcept { return *disk_; }
  [[nodiscard]] caf::actor_system& system() noexcept { return *system_; }

private:
  [[nodiscard]] caf::scheduler::test_coordinator& scheduler();
  void pass(nanoseconds limit);

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::shared_ptr<storage::memory_file_system> files_;
  std::shared_ptr<storage::memory_io> disk_;
  std::function<std::size_t(std::size_t)> next_actor_;
  std::function<void()> after_message_;
  std::uint64_t messages_since_ = 0; ///< messages handled since time moved last
};

} // namespace hearth::testing
