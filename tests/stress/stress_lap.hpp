#pragma once

#include "actors/host/cache.hpp"
#include "tests/stress/stress_blocks.hpp"
#include "tests/stress/stress_findings.hpp"
#include "tests/stress/stress_plan.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>

namespace hearth::stress {

/// Sums of the replies that hosts received in a lap.
struct told {
  std::atomic<std::uint64_t> accepted{0};       ///< puts
  std::atomic<std::uint64_t> stored{0};         ///< of these: blocks that were not present
  std::atomic<std::uint64_t> gone{0};           ///< blocks erased or cleared
  std::atomic<std::uint64_t> preflight_full{0}; ///< puts refused before their producer was called
  std::atomic<std::uint64_t> unknown{0};        ///< replies that do not tell the outcome for a block
  std::atomic<std::uint64_t> read{0};           ///< blocks
  std::atomic<std::uint64_t> refused{0};        ///< calls refused as overloaded
};

/// One lap: one life of a cache, shared by all hosts. Threads: any.
struct lap {
  cache& kept;
  history& past;
  findings& found;
  const lap_plan& plan;
  std::array<namespace_id, name_spaces.size()> numbers; ///< namespace ids
  open_calls calls{};
  told answers{};
  std::atomic<bool> ending{false}; ///< from now on `closed` is an allowed reply
  std::atomic<bool> over{false};   ///< hosts may stop
};

/// Checks the invariants of a snapshot. `accepted`: puts acknowledged before the snapshot was requested.
void check_snapshot(lap& of, const stats::snapshot& seen, std::uint64_t accepted);

/// Whether `end` is a success. A timeout is a violation, as is any error except `allowed`, overloaded and (at the end
/// of a lap) closed.
bool judge(lap& of, const char* call, const storage::failure* error, std::initializer_list<errc> allowed = {});

template <class T>
bool judge(lap& of, const char* call, const result<T>& end, std::initializer_list<errc> allowed = {}) {
  return judge(of, call, end.ok() ? nullptr : &end.error(), allowed);
}

/// Checks the bytes of a get of `block` that lasted from `begun` to `ended`.
void check_block(lap& of, history::number block, const buffer& found, history::moment begun, history::moment ended);

} // namespace hearth::stress
