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
  std::uint64_t asked = 0;  ///< block references
  std::uint64_t usable = 0; ///< those present together with all blocks before them in their request

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

/// Simulates one tier of `capacity` blocks: each request is counted, then all of its blocks are touched or inserted,
/// deepest first, then blocks beyond the capacity leave. Only the order of the policy is measured. Pre: `capacity` is
/// positive, `policy` tracks nothing. Threads: one owner of `policy`. Errors: none but std::bad_alloc.
[[nodiscard]] policy_score try_policy(std::span<const request> trace, std::size_t capacity,
                                      storage::keyed_policy& policy);

/// As above with a policy that knows the future: the block whose next use is farthest away leaves; among equals, the
/// deepest (Belady, IBM Systems Journal 1966). Approximately the best result that any policy can reach.
[[nodiscard]] policy_score try_clairvoyant(std::span<const request> trace, std::size_t capacity);

/// Number of different blocks in a trace.
[[nodiscard]] std::size_t distinct_blocks(std::span<const request> trace);

} // namespace hearth
