#include "tests/bench/cell.hpp"

#include "actors/host/program/interruption.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>

namespace hearth::bench {

using storage::errc;
using storage::result;

namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t in_flight_bytes_max = 256 * mib;
constexpr std::uint64_t sync_bytes_most = 128 * mib;

unsigned bounded_depth(std::uint64_t wanted, std::uint64_t block_bytes) {
  return static_cast<unsigned>(std::clamp<std::uint64_t>(in_flight_bytes_max / block_bytes, 1, wanted));
}

} // namespace

cell_plan plan_for(const bench_settings& settings, std::uint64_t block_bytes) {
  cell_plan plan;
  plan.block_bytes = block_bytes;
  plan.capacity_bytes = std::max(settings.capacity_bytes, block_bytes * 9 / 2);
  plan.put_bytes = std::max(settings.put_bytes, block_bytes * 4);
  plan.sync_bytes = std::max(std::min(sync_bytes_most, plan.capacity_bytes / 8), block_bytes);
  const auto write_depth =
      settings.write_depth != 0 ? settings.write_depth : std::clamp<std::uint64_t>(4 * mib / block_bytes, 8, 256);
  plan.write_depth = bounded_depth(write_depth, block_bytes);
  plan.thorough = !settings.quick;
  plan.read_depth = bounded_depth(settings.read_depth, block_bytes);
  return plan;
}

result<void> check_interruption() {
  if (interrupted_by() != 0)
    return {errc::closed, "interrupted"};
  return {};
}

result<void> put_synced(cell& at, std::uint64_t bytes) {
  auto left = at.plan.blocks_of(bytes);
  while (left > 0) {
    if (auto go_on = check_interruption(); !go_on)
      return go_on;
    const auto count = std::min(left, at.plan.blocks_of(at.plan.sync_bytes));
    if (auto put = at.store.put(at.next, count, at.plan.write_depth); !put)
      return put;
    if (auto synced = at.store.sync(); !synced)
      return synced;
    at.next += count;
    left -= count;
  }
  return {};
}

result<void> cool(cell& at) {
  if (at.store.facts().keeps_blocks) {
    if (auto closed = at.store.close(); !closed)
      return closed;
    if (auto opened = at.store.open(at.where); !opened)
      return opened;
  }
  drop_page_cache(at.where.directory, at.plan.thorough);
  return check_interruption();
}

void shuffle(std::vector<std::uint64_t>& numbers, std::mt19937_64& random) {
  for (std::size_t left = numbers.size(); left > 1; --left)
    std::swap(numbers[left - 1], numbers[random() % left]);
}

} // namespace hearth::bench
