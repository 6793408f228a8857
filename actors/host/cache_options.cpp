#include "actors/host/cache_options.hpp"

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

} // namespace

result<void> cache_options::validate() const {
  constexpr std::uint64_t day_ms = 86'400'000;
  const auto ms = [](std::chrono::milliseconds value) { return static_cast<std::uint64_t>(value.count()); };
  const result<void> checks[] = {
      in_range("hot_bytes_max", hot_bytes_max, 0, tier_bytes_limit),
      in_range("cold_bytes_max", cold_bytes_max, 0, tier_bytes_limit),
      in_range("writer_queue_blocks", writer_queue_blocks, 1, 65'536),
      in_range("writer_queue_bytes", writer_queue_bytes, 0, queue_bytes_limit),
      in_range("hot_cache_mailbox", hot_cache_mailbox, 1, 65'536),
      in_range("hot_cache_mailbox_bytes", hot_cache_mailbox_bytes, 0, queue_bytes_limit),
      in_range("reader_queue_blocks", reader_queue_blocks, 1, 65'536),
      in_range("reader_queue_bytes", reader_queue_bytes, 1, queue_bytes_limit),
      in_range("stats_mailbox", stats_mailbox, 1, 65'536),
      in_range("lease_bytes_max", lease_bytes_max, 0, tier_bytes_limit),
      in_range("block_bytes_max", block_bytes_max, 1, 4ull << 30),
      in_range("namespaces_max", namespaces_max, 1, 1'024),
      in_range("readers", readers, 1, 16),
      in_range("io_threads", io_threads, 1, 64),
      in_range("writes_in_flight", writes_in_flight, 1, 1'024),
      in_range("drain_bytes_per_second", drain_bytes_per_second, 0, tier_bytes_limit),
      in_range("idle_clean", ms(idle_clean), 0, day_ms),
      in_range("request_timeout", ms(request_timeout), 1, day_ms),
      in_range("close_timeout", ms(close_timeout), 0, day_ms),
  };
  for (const auto& check : checks)
    if (!check)
      return check;
  return {};
}

} // namespace hearth
