#pragma once

#include "actors/host/cache.hpp"
#include "actors/host/program/workload.hpp"
#include "stats/latency_histogram.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace hearth {

/// What a replay asks of a cache; `cache`'s functions of the same names.
struct replay_target {
  std::function<result<prefix>(std::span<const block_key>)> get_prefix;
  std::function<result<put_outcome>(const block_key&, std::uint64_t bytes, const cache::producer&, const put_options&)>
      put;
};

struct replay_settings {
  std::uint64_t block_bytes = 64u << 10; ///< bytes of every block, >= 1
  bool verify = false;                   ///< compare every byte of every block handed out, not only length and ends
};

/// What a replay has counted. Invariants: `usable_blocks <= blocks_asked`;
/// `puts = stored + refreshed + puts_refused`; get_ns and put_ns have a sample for every call.
struct replay_counts {
  std::uint64_t requests = 0;
  std::uint64_t blocks_asked = 0;
  std::uint64_t usable_blocks = 0; ///< handed out right, and so were all before them in their request
  std::uint64_t wrong_blocks = 0;  ///< handed out with other bytes than were put
  std::uint64_t gets_refused = 0;  ///< calls that the cache was too busy for
  std::uint64_t puts = 0;
  std::uint64_t stored = 0;
  std::uint64_t refreshed = 0;
  std::uint64_t puts_refused = 0;  ///< for want of room: overloaded, the preflight's refusals among them
  std::uint64_t bytes_read = 0;    ///< handed out
  std::uint64_t bytes_put = 0;     ///< stored
  std::uint64_t ns = 0;            ///< the whole replay took so long
  stats::latency_histogram get_ns; ///< each get_prefix call
  stats::latency_histogram put_ns; ///< each put call, making the payload included
  bool stopped = false;            ///< `replay_hooks::stop` ended it early
};

/// What a replay asks of its surroundings. Each may be empty but `now_ns`.
struct replay_hooks {
  std::function<std::uint64_t()> now_ns;                  ///< a clock that never goes back
  std::function<void(const replay_counts&)> request_done; ///< after each request
  std::function<bool()> stop;                             ///< asked before each request; true: end here
};

/// Sends the requests of `next` to `target` one after the other, as fast as it answers: asks for each request's longest
/// present prefix, checks what comes, and puts the blocks behind it. A refusal for want of room is counted.
/// Errors: whatever else the target answered, naming request and call. Threads: calls `target` on this one only.
[[nodiscard]] result<replay_counts> replay(const request_source& next, const replay_target& target,
                                           const replay_settings& settings, const replay_hooks& hooks);

} // namespace hearth
