// Estimate, at 1 MiB: overwriting runs at 4.2 to 5.0 GB/s here, so 2 GiB take half a second in the limit; segments that
// are recycled should need 1.2 times as long, LMDB 1.3 times, one file a block four times. CPU: the system needs 0.04
// s/GB for O_DIRECT, 0.1 and more through the page cache, and XXH3 adds 0.03. Bytes to the device: 1.00 for who writes
// in place, 2 with a log.
#include "tests/bench/cell.hpp"
#include "tests/bench/usage.hpp"

namespace hearth::bench {

using storage::result;

namespace {

constexpr double giga = 1e9;

} // namespace

/// The store is filled first, then put to at its limit: every block that comes evicts one.
result<void> measure_put(cell& at) {
  const auto idle = usage_now(at.store.child());
  if (auto filled = put_synced(at, at.plan.capacity_bytes); !filled)
    return filled;
  const auto filling = usage_now(at.store.child()) - idle;
  at.found["fill_cpu_s_per_gb"] = filling.cpu_s / (static_cast<double>(at.plan.capacity_bytes) / giga);

  const auto lost_before = at.store.lost_blocks();
  space_sampler space{at.where.directory};
  const auto first = at.next;
  const auto used = usage_now(at.store.child());
  const auto started = seconds_now();
  auto put = put_synced(at, at.plan.put_bytes);
  const auto seconds = seconds_now() - started;
  auto cost = usage_now(at.store.child()) - used;
  space.finish();
  if (!put)
    return put;
  cost.cpu_s -= space.cpu_s();

  const auto blocks = at.next - first;
  const auto lost = std::min(std::max(at.store.lost_blocks(), lost_before) - lost_before, blocks);
  const auto bytes = static_cast<double>((blocks - lost) * at.plan.block_bytes);
  at.found["put_gb_per_s"] = bytes / giga / seconds;
  at.found["put_cpu_s_per_gb"] = bytes > 0 ? cost.cpu_s / (bytes / giga) : 0;
  at.found["put_cpu_us_per_block"] = cost.cpu_s * 1e6 / static_cast<double>(blocks);
  at.found["device_bytes_per_byte_put"] = bytes > 0 ? static_cast<double>(cost.written_bytes) / bytes : 0;
  at.found["lost_share"] = static_cast<double>(lost) / static_cast<double>(blocks);
  at.found["space_share"] = static_cast<double>(space.peak_bytes()) / static_cast<double>(at.plan.capacity_bytes);
  return {};
}

} // namespace hearth::bench
