#include "actors/host/cache_options.hpp"

#include "storage/segments/segments_store.hpp"

#include <string>

namespace hearth {

using storage::errc;
using storage::result;

namespace {

result<void> in_range(const char* field, std::uint64_t found, std::uint64_t least, std::uint64_t most) {
  if (found >= least && found <= most)
    return {};
  return {errc::invalid_argument, std::string{field} + ": found " + std::to_string(found) + ", expected " +
                                      std::to_string(least) + " to " + std::to_string(most)};
}

result<void> in_range(const char* field, std::chrono::milliseconds found, std::int64_t least_ms) {
  constexpr std::int64_t day_ms = 86'400'000;
  if (found.count() >= least_ms && found.count() <= day_ms)
    return {};
  return {errc::invalid_argument, std::string{field} + ": found " + std::to_string(found.count()) + " ms, expected " +
                                      std::to_string(least_ms) + " to " + std::to_string(day_ms)};
}

} // namespace

std::uint64_t empty_store_bytes(std::uint64_t bytes_max, std::uint64_t segment_bytes) {
  storage::segments_store_config config;
  config.bytes_max = bytes_max;
  config.segment_bytes = segment_bytes;
  return storage::segments_fixed_bytes(config);
}

result<void> cache_options::validate() const {
  // 0 is automatic; otherwise the files of an empty store must fit.
  const auto cold_least = cold_bytes_max == 0 ? 0 : empty_store_bytes(cold_bytes_max, advanced.segment_bytes) + 1;
  const result<void> checks[] = {
      in_range("hot_bytes_max", hot_bytes_max, 0, tier_bytes_limit),
      in_range("cold_bytes_max", cold_bytes_max, cold_least, tier_bytes_limit),
      in_range("advanced.segment_bytes", advanced.segment_bytes, 0, tier_bytes_limit),
      in_range("advanced.segment_bytes % 4096", advanced.segment_bytes % 4096, 0, 0),
      in_range("free_bytes_min", free_bytes_min, 0, tier_bytes_limit),
      in_range("advanced.reappend_percent", advanced.reappend_percent, 0, 50),
      in_range("sync_bytes", sync_bytes, 0, tier_bytes_limit),
      in_range("sync_every", sync_every, 0),
      in_range("write_bytes_per_second", write_bytes_per_second, 0, tier_bytes_limit),
      in_range("write_bytes_per_day", write_bytes_per_day, 0, tier_bytes_limit),
      in_range("advanced.write_burst_bytes", advanced.write_burst_bytes, 0, tier_bytes_limit),
      in_range("writer_queue_blocks", writer_queue_blocks, 1, 65'536),
      in_range("writer_queue_bytes", writer_queue_bytes, 0, queue_bytes_limit),
      in_range("writer_queue_time", writer_queue_time, 0),
      in_range("advanced.hot_cache_mailbox", advanced.hot_cache_mailbox, 1, 65'536),
      in_range("advanced.hot_cache_mailbox_bytes", advanced.hot_cache_mailbox_bytes, 0, queue_bytes_limit),
      in_range("advanced.reader_queue_blocks", advanced.reader_queue_blocks, 1, 65'536),
      in_range("advanced.reader_queue_bytes", advanced.reader_queue_bytes, 1, queue_bytes_limit),
      in_range("advanced.stats_mailbox", advanced.stats_mailbox, 1, 65'536),
      in_range("lease_bytes_max", lease_bytes_max, 0, tier_bytes_limit),
      in_range("block_bytes_max", block_bytes_max, 1, block_bytes_limit),
      in_range("namespaces_max", namespaces_max, 1, 1'024),
      in_range("advanced.io_threads", advanced.io_threads, 1, 64),
      in_range("advanced.writes_in_flight", advanced.writes_in_flight, 1, 1'024),
      in_range("advanced.drain_bytes_per_second", advanced.drain_bytes_per_second, 0, tier_bytes_limit),
      in_range("idle_clean", idle_clean, 0),
      in_range("request_timeout", request_timeout, 1),
      in_range("close_timeout", close_timeout, 0),
  };
  for (const auto& check : checks)
    if (!check)
      return check;
  return {};
}

} // namespace hearth
