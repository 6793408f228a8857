#pragma once

#include "tests/bench/peers/peer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::bench {

/// What hosts do with a cache. `about` says more of each.
enum class workload : std::uint8_t {
  hot_get,
  chains,
  put,
  churn,
  cold_get,
  cold_chains,
  cold_put,
  miss,
  contains,
  beside,
  mixed,
  paced_put,
  open,
  open_killed
};
inline constexpr std::size_t workloads = 14;

[[nodiscard]] std::string_view to_string(workload which) noexcept; ///< as on the command line: "hot-get"
[[nodiscard]] std::optional<workload> workload_from(std::string_view name) noexcept;
[[nodiscard]] std::string_view about(workload which) noexcept; ///< one line for a reader
[[nodiscard]] bool on_disk(workload which) noexcept;
[[nodiscard]] bool opens(workload which) noexcept; ///< is about opening: has no threads, and a runner of its own

/// What is measured in one cell of a table.
struct workload_plan {
  workload what = workload::hot_get;
  stage where;
  unsigned threads = 1;
  unsigned chain = 1000; ///< blocks in a chain of `chains`, or as many as fit four times
  double seconds = 0.2;  ///< at most
  std::uint64_t seed = 1;
  bool drops_caches = true; ///< the kernel's, before cold reads: names and inodes too, for root
  std::uint64_t next = 0;   ///< number of the next new block; grows with every measurement
};

/// What was measured, by name: blocks_per_s, gb_per_s, ns_per_block, p50_us, p99_us, p999_us (of one call), hit_share
/// (of the blocks asked for), lost_share (of the blocks put), cpu_s_per_gb (this process and the peer's),
/// device_bytes_per_byte, space_share (of the disk's limit), writer_gb_per_s, checked_blocks.
using readings = std::map<std::string, double>;

/// Fills `peer`, which is open on `plan.where`, with what the workload needs; settles; reads a sample back and looks at
/// every page of it. Errors: the peer's; corrupt: a block has other bytes than were put; closed: a signal came.
[[nodiscard]] storage::result<void> fill(peer& at, workload_plan& plan, readings& to);

/// Runs the workload on `plan.threads` threads for `plan.seconds`, or until every block of a cold read was read once.
/// Every block that comes back is looked at, at both ends. Pre: `fill`. Errors: as `fill`.
[[nodiscard]] storage::result<readings> measure(peer& at, workload_plan& plan);

/// Has another process open a peer, fill it, and close it or die by SIGKILL with a hundredth more put and not settled;
/// then opens what is left, cold, and looks for a sample of it. Errors: as `fill`.
[[nodiscard]] storage::result<readings> measure_open(const peer_list::entry& entry, workload_plan& plan);

} // namespace hearth::bench
