#pragma once

#include "actors/host/program/workload.hpp"
#include "storage/eviction/keyed_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hearth {

/// Score of a policy on a trace.
struct policy_score {
  std::uint64_t asked = 0;  ///< blocks requested
  std::uint64_t usable = 0; ///< requested blocks that were present, like all blocks before them in the request

  [[nodiscard]] double ratio() const noexcept {
    return asked == 0 ? 0.0 : static_cast<double>(usable) / static_cast<double>(asked);
  }
};

/// A policy's name, and a function that makes the policy for a tier of `capacity` blocks.
struct named_policy {
  std::string name;
  std::function<std::unique_ptr<storage::eviction_policy>(std::size_t capacity)> make;
};

/// All policies, the default first.
[[nodiscard]] const std::vector<named_policy>& all_policies();

/// Simulates one tier of `capacity` blocks. For each request in order: counts the usable blocks, then touches or
/// inserts all blocks, deepest first, then evicts blocks beyond the capacity. Measures only the eviction order. Pre:
/// `capacity` is positive, `policy` tracks nothing. Threads: one owner of `policy`. Errors: only std::bad_alloc.
[[nodiscard]] policy_score try_policy(std::span<const request> trace, std::size_t capacity,
                                      storage::keyed_policy& policy);

/// As `try_policy`, with a clairvoyant policy: it evicts the block whose next use is farthest away, and the deepest
/// block if several are equal (Belady, IBM Systems Journal 1966). The result is about the best that any policy can
/// reach.
[[nodiscard]] policy_score try_clairvoyant(std::span<const request> trace, std::size_t capacity);

/// Number of different blocks in a trace.
[[nodiscard]] std::size_t distinct_blocks(std::span<const request> trace);

} // namespace hearth
