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

/// What a policy made of a trace in a tier of so many blocks.
struct policy_score {
  std::uint64_t asked = 0;  ///< block references
  std::uint64_t usable = 0; ///< of these, present with every block before them in their request

  [[nodiscard]] double ratio() const noexcept {
    return asked == 0 ? 0.0 : static_cast<double>(usable) / static_cast<double>(asked);
  }
};

/// A policy as users name it, and how one for a tier of `capacity` blocks is made.
struct named_policy {
  std::string name;
  std::function<std::unique_ptr<storage::eviction_policy>(std::size_t capacity)> make;
};

/// Every policy there is; the one that is the default first.
[[nodiscard]] const std::vector<named_policy>& all_policies();

/// Simulates one tier of `capacity` blocks: a request is counted, then all of its blocks are touched or inserted,
/// deepest first, then what is too much leaves. Nothing of a policy but its order is measured. Pre: `capacity` is
/// positive, `policy` tracks nothing. Threads: one owner of `policy`. Errors: none but std::bad_alloc.
[[nodiscard]] policy_score try_policy(std::span<const request> trace, std::size_t capacity,
                                      storage::keyed_policy& policy);

/// As above with a policy that knows the future: the block whose next use is farthest away leaves (Belady, IBM Systems
/// Journal 1966), of equals the deepest. About the best that any policy could do.
[[nodiscard]] policy_score try_clairvoyant(std::span<const request> trace, std::size_t capacity);

/// How many different blocks a trace refers to.
[[nodiscard]] std::size_t distinct_blocks(std::span<const request> trace);

} // namespace hearth
