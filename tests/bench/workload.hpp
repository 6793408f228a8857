#pragma once

#include "tests/bench/peers/peer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::bench {

/// What hosts do with a cache; `about` describes each workload.
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

[[nodiscard]] std::string_view to_string(workload which) noexcept; ///< name on the command line: "hot-get"
[[nodiscard]] std::optional<workload> workload_from(std::string_view name) noexcept;
[[nodiscard]] std::string_view about(workload which) noexcept; ///< description in one line
[[nodiscard]] bool on_disk(workload which) noexcept;
[[nodiscard]] bool opens(workload which) noexcept; ///< measures opening: has no threads, and its own runner

/// Parameters of one cell of a table.
struct workload_plan {
  workload what = workload::hot_get;
  stage where;
  unsigned threads = 1;
  unsigned chain = 1000; ///< blocks per chain of `chains`; fewer if four such chains do not fit
  double seconds = 0.2;  ///< upper limit
  std::uint64_t seed = 1;
  bool drops_caches = true; ///< before cold reads, drop the kernel's caches; as root, names and inodes too
  std::uint64_t next = 0;   ///< number of the next new block; grows with every measurement
};

/// Figures by name: blocks_per_s, gb_per_s, ns_per_block, p50_us, p99_us, p999_us (per call), hit_share (of blocks
/// requested), lost_share (of blocks put), cpu_s_per_gb (this process and the peer's), device_bytes_per_byte,
/// space_share (of the disk limit), writer_gb_per_s, checked_blocks.
using readings = std::map<std::string, double>;

/// Fills `peer`, which is open on `plan.where`, with the blocks that the workload needs; settles; reads a sample back
/// and checks every page of it. Errors: those of the peer; corrupt: a block has other bytes than were put; closed: a
/// signal arrived.
[[nodiscard]] storage::result<void> fill(peer& at, workload_plan& plan, readings& to);

/// Runs the workload on `plan.threads` threads for `plan.seconds`, or until every block of a cold read was read once.
/// Each thread makes at least one call, unless no block is left for it.
/// Checks both ends of every block returned. Pre: `fill`. Errors: as `fill`.
[[nodiscard]] storage::result<readings> measure(peer& at, workload_plan& plan);

/// Measures opening. Another process opens a peer, fills it, and then either closes it or is killed by SIGKILL after a
/// hundred more unsettled puts. This process then drops caches, opens the directory, and reads a sample. Errors: as
/// `fill`.
[[nodiscard]] storage::result<readings> measure_open(const peer_list::entry& entry, workload_plan& plan);

} // namespace hearth::bench
