#pragma once

#include "tests/bench/caches/cache_peer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::bench {

/// What hosts do with a cache.
enum class workload : std::uint8_t {
  hot_get,  ///< gets of single blocks, all of them in memory
  chains,   ///< gets of whole chains, all of them in memory
  put,      ///< puts of new blocks into a full cache in memory
  churn,    ///< gets over twice as many blocks as fit in memory; what is missing is put
  cold_get, ///< gets of single blocks on disk, sixteen times what fits in memory
  mixed,    ///< gets of chains over more than fits on disk, some of them favourites; what is missing is put
};
inline constexpr std::size_t workloads = 6;

[[nodiscard]] std::string_view to_string(workload which) noexcept; ///< as on the command line: "hot-get"
[[nodiscard]] std::optional<workload> workload_from(std::string_view name) noexcept;
[[nodiscard]] bool on_disk(workload which) noexcept;
[[nodiscard]] std::string_view about(workload which) noexcept; ///< one line for a reader

/// What is measured in one cell of a table.
struct workload_plan {
  workload what = workload::hot_get;
  peer_stage stage;
  unsigned threads = 1;
  unsigned chain = 1000; ///< blocks in a chain, or as many as fit four times
  double seconds = 0.2;
  std::uint64_t first_new = 0; ///< numbers of new blocks begin here: each measurement has its own
  std::uint64_t seed = 1;
};

/// What was measured, by name: blocks_per_s, gb_per_s, ns_per_block, p50_us, p99_us, p999_us (of one call), hit_share,
/// cpu_s_per_gb (this process and the peer's).
using readings = std::map<std::string, double>;

/// Fills `peer`, which is open on `plan.stage`, with what the workload needs. Errors: the peer's.
[[nodiscard]] storage::result<void> fill(cache_peer& peer, const workload_plan& plan);

/// Runs the workload on `plan.threads` threads for `plan.seconds`. Every block that comes back is looked at, at both
/// ends. Pre: `fill`. Errors: the peer's; corrupt: a block was another one.
[[nodiscard]] storage::result<readings> measure(cache_peer& peer, const workload_plan& plan);

/// Keys are numbers in disguise, so that the limits need no index; and blocks bear theirs at both ends.
[[nodiscard]] storage::block_key numbered_key(std::uint64_t number) noexcept;
[[nodiscard]] std::uint64_t number_of(const storage::block_key& key) noexcept;
[[nodiscard]] std::uint64_t stamp_of(std::span<const std::byte> block) noexcept;

} // namespace hearth::bench
