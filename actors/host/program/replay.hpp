#pragma once

#include "actors/host/cache.hpp"
#include "actors/host/program/workload.hpp"
#include "stats/latency_histogram.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace hearth {

/// Target of a replay: the functions of `cache` with the same names.
struct replay_target {
  std::function<result<prefix>(std::span<const block_key>)> get_prefix;
  std::function<result<put_outcome>(const block_key&, std::uint64_t bytes, const cache::producer&, const put_options&)>
      put;
};

struct replay_settings {
  std::uint64_t block_bytes = 64u << 10; ///< bytes of every block, >= 1
  bool verify = false; ///< compare every byte of every block handed out, not only its length and its ends
};

/// Counts of a replay. Invariants: `usable_blocks <= blocks_asked`;
/// `puts = stored + refreshed + puts_refused`; get_ns and put_ns have a sample for every call.
struct replay_counts {
  std::uint64_t requests = 0;
  std::uint64_t blocks_asked = 0;
  std::uint64_t usable_blocks = 0; ///< returned with the right bytes, as were all blocks before it in its request
  std::uint64_t wrong_blocks = 0;  ///< returned with bytes other than those put
  std::uint64_t gets_refused = 0;  ///< calls that ended with overloaded or no_memory, or truncated without a block
  std::uint64_t puts = 0;
  std::uint64_t stored = 0;
  std::uint64_t refreshed = 0;
  std::uint64_t puts_refused = 0;  ///< calls that ended with overloaded or orphan; refused preflights included
  std::uint64_t bytes_read = 0;    ///< handed out
  std::uint64_t bytes_put = 0;     ///< stored
  std::uint64_t ns = 0;            ///< duration of the whole replay
  stats::latency_histogram get_ns; ///< each get_prefix call
  stats::latency_histogram put_ns; ///< each put call, making the payload included
  bool stopped = false;            ///< `replay_hooks::stop` ended it early
};

/// Hooks of a replay. Each may be empty, except `now_ns`.
struct replay_hooks {
  std::function<std::uint64_t()> now_ns;                  ///< monotonic clock
  std::function<void(const replay_counts&)> request_done; ///< after each request
  std::function<bool()> stop; ///< called before each request, and before each call to the target; true: end here
};

/// Replays the requests of `next` against `target`, one after the other and as fast as it replies: gets the longest
/// present prefix of each request, checks the bytes of the prefix, and puts the blocks after the prefix. Counts gets
/// that end with overloaded or no_memory, and puts that end with overloaded or orphan, and goes on. Errors: every other
/// error of the target, with the request and the call in its context. Threads: calls `target` on this thread only.
[[nodiscard]] result<replay_counts> replay(const request_source& next, const replay_target& target,
                                           const replay_settings& settings, const replay_hooks& hooks);

} // namespace hearth
