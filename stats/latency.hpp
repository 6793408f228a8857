#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hearth::stats {

/// Operation whose latency is measured. Numbers reach metrics: append, never renumber.
enum class operation : std::uint8_t {
  put = 0,          ///< from the call to its answer, as the host sees it
  get_hot = 1,      ///< a get that was answered on the host's thread; one in 256 is measured
  get_cold = 2,     ///< a get that waited for a read of the cold tier, from the call to its answer
  queue_wait = 3,   ///< of a block, from its arrival at the writer to its hand-over to the block store
  device_write = 4, ///< of one write, from its submission to the I/O engine to its end
  device_read = 5,  ///< of one read, likewise
};
inline constexpr std::size_t operations = 6;
[[nodiscard]] std::string_view to_string(operation what) noexcept;

/// Upper bounds of the coarse buckets of `latency`: 1 us, 2 us, 4 us, ... 2^25 us (34 s). The last bucket has no bound.
inline constexpr std::size_t latency_bounds = 26;
[[nodiscard]] constexpr std::uint64_t latency_bound_ns(std::size_t bucket) noexcept { return 1000ull << bucket; }

/// Latencies of one operation since the last reset, ns. Quantiles are at most 1/16 (6.3 %) too high, and exact below
/// 32 ns.
struct latency {
  std::uint64_t count = 0;
  std::uint64_t sum_ns = 0;
  std::uint64_t p50_ns = 0, p90_ns = 0, p99_ns = 0, p999_ns = 0;
  std::uint64_t max_ns = 0;
  /// Operations that took at most `latency_bound_ns(i)`, and more than the bound before; the last entry has the rest.
  /// At the bounds, up to a sixteenth of a power of two may count in the next bucket. The entries add up to `count`.
  std::array<std::uint64_t, latency_bounds + 1> coarse{};

  friend bool operator==(const latency&, const latency&) = default;
};

} // namespace hearth::stats
