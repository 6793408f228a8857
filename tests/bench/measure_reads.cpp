// Estimate, at 1 MiB: 2.8 GB/s at a depth and 2.4 to 2.7 with one read at a time, into buffers on huge pages; 0.9
// to 1.0 into pages of 4 KiB, which is also what fresh memory for each read allows. Through the page cache 1.0 to 1.5.
// Of 64 KiB, one at a time: 0.8. A read verified with XXH3 loses a tenth with one at a time, and nothing at a depth.
#include "tests/bench/cell.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <atomic>

namespace hearth::bench {

using storage::errc;
using storage::result;

namespace {

constexpr double giga = 1e9;
constexpr std::size_t sample_max = 64;

struct read_pass {
  double seconds = 0;
  usage cost;
  double bytes = 0; ///< that were found
  std::size_t missing = 0;
};

/// Reads all of `numbers` once; every block must tell the number that was asked for. Errors: the store's, corrupt.
result<read_pass> read_all_of(cell& at, std::span<const std::uint64_t> numbers, unsigned depth) {
  std::atomic<std::uint64_t> bytes_found = 0;
  std::atomic<std::size_t> arrived = 0;
  std::atomic<std::size_t> wrong = 0;
  const arrival count = [&](std::uint64_t number, std::span<const std::byte> bytes) {
    bytes_found += bytes.size();
    ++arrived;
    if (payloads::number_of(bytes) != number)
      ++wrong;
  };
  const auto used = usage_now(at.store.child());
  const auto started = seconds_now();
  auto got = at.store.get(numbers, depth, count);
  read_pass pass{seconds_now() - started, usage_now(at.store.child()) - used, static_cast<double>(bytes_found.load()),
                 numbers.size() - arrived};
  if (!got)
    return got.error();
  if (wrong > 0)
    return storage::failure{errc::corrupt, std::to_string(wrong) + " blocks are not those that were asked for"};
  return pass;
}

} // namespace

result<void> check_bytes(cell& at) {
  auto numbers = at.store.present();
  shuffle(numbers, at.random);
  numbers.resize(std::min(numbers.size(), sample_max));
  std::atomic<std::size_t> arrived = 0;
  std::atomic<std::size_t> wrong = 0;
  auto got = at.store.get(numbers, at.plan.read_depth, [&](std::uint64_t number, std::span<const std::byte> bytes) {
    ++arrived;
    if (!at.where.blocks->is(number, bytes))
      ++wrong;
  });
  if (!got)
    return got;
  if (wrong > 0 || (arrived == 0 && at.store.lost_blocks() == 0))
    return {errc::corrupt, "of " + std::to_string(numbers.size()) + " blocks asked for, " + std::to_string(arrived) +
                               " came, " + std::to_string(wrong) + " with other bytes than were put"};
  at.found["checked_blocks"] = static_cast<double>(arrived);
  return {};
}

/// Every fourth of the blocks that are present, at random: at a depth, then one at a time. Not all of them: what the
/// kernel reads ahead beside a block would be of use sooner or later, as it is not in a store larger than memory.
result<void> measure_reads(cell& at) {
  for (const bool deep : {true, false}) {
    if (auto cooled = cool(at); !cooled)
      return cooled;
    auto numbers = at.store.present();
    shuffle(numbers, at.random);
    numbers.resize((numbers.size() + 3) / 4);
    const auto pass = read_all_of(at, numbers, deep ? at.plan.read_depth : 1);
    if (!pass)
      return pass.error();
    at.found[deep ? "read_gb_per_s" : "read_one_gb_per_s"] = pass->bytes / giga / pass->seconds;
    if (!deep || pass->bytes == 0)
      continue;
    at.found["read_cpu_s_per_gb"] = pass->cost.cpu_s / (pass->bytes / giga);
    at.found["device_bytes_per_byte_read"] = static_cast<double>(pass->cost.read_bytes) / pass->bytes;
    at.found["missing_share"] = static_cast<double>(pass->missing) / static_cast<double>(numbers.size());
  }
  return {};
}

} // namespace hearth::bench
