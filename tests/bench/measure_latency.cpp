// Estimate, at 1 MiB: a reader's p50 is 394 us alone, 602 us beside a writer of 1 GB/s and 683 us beside one at full
// speed, as the disk shares itself out. A store whose writer yields may come close to the first; one that holds a lock
// while it writes is far above the last in p99.
#include "stats/latency_histogram.hpp"
#include "tests/bench/cell.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

namespace hearth::bench {

using storage::result;

namespace {

constexpr std::uint64_t block_bytes_max = 4 << 20; ///< of larger ones there are too few for a p99
constexpr int rounds = 4;
constexpr std::size_t reads_alone_max = 2000;

/// Reads `numbers` one at a time, until `enough`. Blocks that are gone do not count. Errors: the store's.
template <class Enough>
result<void> time_reads(cell& at, std::span<const std::uint64_t> numbers, stats::latency_histogram& into,
                        Enough enough) {
  for (std::size_t i = 0; i < numbers.size() && !enough(i); ++i) {
    bool came = false;
    const auto started = seconds_now();
    auto got = at.store.get(numbers.subspan(i, 1), 1, [&](std::uint64_t, std::span<const std::byte>) { came = true; });
    if (!got)
      return got;
    if (came)
      into.add(static_cast<std::uint64_t>((seconds_now() - started) * 1e9));
  }
  return {};
}

/// The newer half of what is present, in random order: it stays while the other half is written anew.
std::vector<std::uint64_t> newer_half(cell& at) {
  auto numbers = at.store.present();
  numbers.erase(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2));
  shuffle(numbers, at.random);
  return numbers;
}

/// One round beside a writer, which puts half of the capacity; so every read is of a block that no cache holds.
result<void> beside_writer(cell& at, stats::latency_histogram& into, double& bytes, double& seconds) {
  const auto numbers = newer_half(at);
  std::atomic<bool> written = false;
  result<void> put;
  const auto started = seconds_now();
  std::thread writer{[&] {
    const auto first = at.next;
    put = put_synced(at, at.plan.capacity_bytes * 4 / 10);
    seconds += seconds_now() - started;
    bytes += static_cast<double>((at.next - first) * at.plan.block_bytes);
    written = true;
  }};
  auto read = time_reads(at, numbers, into, [&](std::size_t) { return written.load(); });
  writer.join();
  return read.ok() ? put : read;
}

void note(cell& at, const std::string& name, const stats::latency_histogram& times) {
  at.found[name + "_p50_us"] = static_cast<double>(times.quantile(500)) / 1e3;
  at.found[name + "_p99_us"] = static_cast<double>(times.quantile(990)) / 1e3;
  at.found[name + "_reads"] = static_cast<double>(times.count());
}

} // namespace

result<void> measure_latency(cell& at) {
  if (at.plan.block_bytes > block_bytes_max)
    return {};
  stats::latency_histogram alone;
  stats::latency_histogram beside;
  double bytes = 0;
  double seconds = 0;
  for (int round = 0; round < (at.plan.thorough ? rounds : 1); ++round) {
    if (auto cooled = cool(at); !cooled)
      return cooled;
    const auto enough = [](std::size_t done) { return done >= reads_alone_max / rounds; };
    if (auto read = time_reads(at, newer_half(at), alone, enough); !read)
      return read;
    if (auto cooled = cool(at); !cooled)
      return cooled;
    if (auto read = beside_writer(at, beside, bytes, seconds); !read)
      return read;
  }
  note(at, "alone", alone);
  note(at, "beside", beside);
  at.found["beside_put_gb_per_s"] = bytes / 1e9 / seconds;
  return {};
}

} // namespace hearth::bench
