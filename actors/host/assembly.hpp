#pragma once

#include "actors/host/cache_options.hpp"
#include "actors/parts.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/io_engine.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace caf {
class actor_system;
}

namespace hearth {

/// What a cache stands on: the operating system's files, threads and clock, or a test's (see
/// tests/support/actor_world.hpp).
struct environment {
  std::shared_ptr<storage::file_system> files;
  std::shared_ptr<storage::io_engine> io;
  storage::clock_ns wall_clock; ///< ns since the epoch
  /// Waits until `done` answers true, at most `timeout`; returns what it answered last. Empty: the caller's thread
  /// sleeps.
  std::function<bool(const std::function<bool()>& done, std::chrono::nanoseconds timeout)> wait;
  storage::buffer_pool* buffers = nullptr; ///< where buffers are made; null: outside of what this world counts
};

/// Files, I/O threads and clock of this machine. Starts threads only for settings that are valid.
/// Errors: invalid_argument.
[[nodiscard]] storage::result<environment> machine_environment(const cache_options& options);

/// Opens the cold tier and lays out all that the actors of one cache share; starts none of them.
/// Errors: invalid_argument, not_found, busy, unsupported, no_space, io.
[[nodiscard]] storage::result<std::shared_ptr<actors::cache_parts>> assemble(const cache_options& options,
                                                                             const environment& world);

} // namespace hearth
