#pragma once

#include "actors/host/cache_options.hpp"
#include "actors/shared_state.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/io_engine.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace caf {
class actor_system;
}

namespace hearth {

/// Environment of a cache: files, I/O and clock of the operating system, or of a test (see
/// tests/support/actor_world.hpp).
struct environment {
  std::shared_ptr<storage::file_system> files;
  std::shared_ptr<storage::io_engine> io;
  storage::clock_ns wall_clock; ///< ns since the epoch
  /// Waits until `done` returns true, at most `timeout`; returns its last result. Empty: the caller's thread sleeps.
  std::function<bool(const std::function<bool()>& done, std::chrono::nanoseconds timeout)> wait;
  storage::buffer_pool* buffers = nullptr; ///< pool of the buffers; null: their memory is not counted
  storage::clock_ns steady_clock{};        ///< ns of a clock that only advances, for any thread; empty: the machine's
  std::string without_io_uring{}; ///< why the I/O engine uses threads instead of io_uring; empty: as it was asked for
};

/// Files, I/O threads and clock of this machine. Starts threads only if the settings are valid. Errors:
/// invalid_argument.
[[nodiscard]] storage::result<environment> machine_environment(const cache_options& options);

/// Opens the cold tier and makes all state that the actors of one cache share. Starts no actors. Errors:
/// invalid_argument, not_found, busy, unsupported, no_space, io.
[[nodiscard]] storage::result<std::shared_ptr<actors::shared_state>> assemble(const cache_options& options,
                                                                              const environment& world);

} // namespace hearth
