#pragma once

#include "actors/host/cache_options.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace hearth {

/// Options of `hearth replay`. Sizes in bytes.
struct replay_options {
  std::string help;                      ///< not empty: print this and end; the other options are not set
  std::string trace;                     ///< trace file; empty: the generated chat
  std::uint64_t seed = 1;                ///< of the chat
  std::optional<std::uint64_t> requests; ///< 1..1e9; none: the whole trace, or 2,000 of the chat
  std::string directory;                 ///< directory of the cold tier, must exist; empty: a temporary one
  std::uint64_t hot_bytes = 64ull << 20; ///< 0: cold tier only
  storage::eviction_order eviction = storage::eviction_order::lru;
  storage::reclaim_order reclaim = storage::reclaim_order::least_useful;
  std::uint32_t reappend_percent = cache_options{}.advanced.reappend_percent;
  std::uint64_t cold_bytes = 2ull << 30;   ///< 0: hot tier only
  std::uint64_t block_bytes = 64ull << 10; ///< 1 byte to 4 GiB; fits into each tier and the writer's mailbox
  std::uint32_t writer_queue_blocks = 256; ///< 1..65,536
  std::uint64_t writer_queue_bytes = 0;    ///< 0: the default of cache_options
  write_policy policy = write_policy::back;
  std::uint64_t drain_mib_per_second = 0; ///< simulated write speed of the disk, MiB a second; 0: no limit
  bool verify = false;
  bool json = false;

  [[nodiscard]] bool has_cold_tier() const noexcept { return cold_bytes > 0; }
};

inline constexpr std::uint64_t chat_requests_default = 2000;

/// Reads the command line of the program, `argv[0]` included: `replay` and its flags.
/// Errors: invalid_argument, with one line that names the flag, what was found and what was expected.
[[nodiscard]] storage::result<replay_options> parse_replay_arguments(int argc, const char* const* argv);

/// Adds the options of the cache and of the workload to a command; parsing writes them to `options`.
void declare_workload_options(CLI::App& command, replay_options& options);

/// Checks what `declare_workload_options` has parsed: no option is empty, and one block fits into every tier and queue.
/// Errors: invalid_argument, naming the flag.
[[nodiscard]] storage::result<void> check_workload_options(const CLI::App& command, const replay_options& options);

/// Cache options for `options`, with the cold tier (if any) in `directory`. The result is valid, and one block fits
/// into every tier and mailbox.
[[nodiscard]] cache_options to_cache_options(const replay_options& options, const std::string& directory);

/// Checks that a cold tier can use `directory`: the path exists and is a directory, and this process may read, write
/// and search it. Changes nothing. Errors: not_found, invalid_argument, io.
[[nodiscard]] storage::result<void> check_directory(const std::string& directory);

} // namespace hearth
