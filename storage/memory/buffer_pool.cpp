#include "storage/memory/buffer_pool.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <iterator>
#include <new>
#include <string>
#include <utility>

namespace hearth::storage {

namespace {

constexpr std::size_t unit_bytes = 4096;
constexpr std::size_t huge_page_units = huge_page_alignment / unit_bytes;
static_assert(huge_page_units == slot_set::slots_max);

constexpr std::size_t steps_bits = 3;
constexpr std::size_t steps = 1 << steps_bits; ///< classes per power of two

/// The class of a buffer of `units` units: 1 to 8, then eight classes per power of two.
constexpr std::size_t class_of_units(std::size_t units) noexcept {
  if (units <= steps)
    return units - 1;
  const auto power = static_cast<std::size_t>(std::bit_width(units - 1)) - 1; // 2^power < units <= 2^(power + 1)
  const std::size_t step = (units - 1 - (std::size_t{1} << power)) >> (power - steps_bits);
  return steps + (power - steps_bits) * steps + step;
}

/// The units of a buffer of `size_class`: the inverse.
constexpr std::size_t units_of_class(std::size_t size_class) noexcept {
  if (size_class < steps)
    return size_class + 1;
  return (steps + 1 + size_class % steps) << (size_class - steps) / steps;
}

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return class_of_units(std::max<std::size_t>((bytes + unit_bytes - 1) / unit_bytes, 1));
}

static_assert(class_of(4096) == 0 && class_of(4097) == 1 && class_of(32769) == 8 && units_of_class(16) == 18);
static_assert(units_of_class(class_of(buffer_pool::buffer_bytes_max)) * unit_bytes == buffer_pool::buffer_bytes_max);

/// The units of a region for buffers of `units` units: the smallest number of huge pages of which at most an eighth is
/// left unused.
constexpr std::size_t region_units(std::size_t units) noexcept {
  if (units > huge_page_units)
    return units;
  std::size_t region = huge_page_units;
  while (region % units > region / 8)
    region += huge_page_units;
  return region;
}

} // namespace

pooled_memory buffer_pool::size_class::take() noexcept {
  const auto region = partial.begin();
  auto* const bytes = region->bytes + region->slots.take() * buffer_bytes;
  if (region->slots.free() == 0)
    full.splice(full.begin(), partial, region);
  ++live_buffers;
  return {bytes, buffer_bytes, region};
}

/// Returns the buffer's slot. Gives the region if it has no live buffer any more, otherwise an empty list.
memory_regions buffer_pool::size_class::put(const pooled_memory& memory) noexcept {
  const auto region = memory.home;
  auto& slots_of = region->slots;
  auto& list = slots_of.free() == 0 ? full : partial;
  slots_of.put(static_cast<std::size_t>(memory.bytes - region->bytes) / buffer_bytes);
  --live_buffers;
  memory_regions emptied;
  if (slots_of.free() == slots_of.slots())
    emptied.splice(emptied.begin(), list, region);
  else if (&list == &full)
    partial.splice(partial.begin(), full, region);
  return emptied;
}

buffer_pool::buffer_pool(std::uint64_t retain_bytes_max)
    : retain_bytes_max_(retain_bytes_max), source_(system_memory()) {
  static_assert(class_of(buffer_bytes_max) == classes - 1);
  for (std::size_t i = 0; i < classes; ++i) {
    const auto units = units_of_class(i);
    classes_[i].buffer_bytes = units * unit_bytes;
    classes_[i].region_bytes = region_units(units) * unit_bytes;
    classes_[i].slots = region_units(units) / units;
  }
}

buffer_pool::~buffer_pool() {
  retain_at_most(0);
  assert(totals_.mapped_bytes == 0);
}

std::size_t buffer_pool::capacity_of(std::size_t bytes) noexcept {
  assert(bytes <= buffer_bytes_max);
  return units_of_class(class_of(bytes)) * unit_bytes;
}

result<pooled_memory> buffer_pool::allocate(std::size_t bytes) {
  if (bytes > buffer_bytes_max)
    return failure{errc::no_memory, "buffer_pool: asked for " + std::to_string(bytes) + " bytes, expected at most " +
                                        std::to_string(buffer_bytes_max)};
  const auto number = class_of(bytes);
  auto& from = classes_[number];
  {
    std::lock_guard guard{from.mutex};
    if (!from.partial.empty())
      return from.take();
  }
  auto region = take_region(from.region_bytes);
  if (!region)
    return region.error();
  region->front().size_class = number;
  region->front().slots = slot_set{from.slots};
  std::lock_guard guard{from.mutex};
  from.partial.splice(from.partial.begin(), *region);
  return from.take();
}

void buffer_pool::free(const pooled_memory& memory) noexcept {
  auto& of = classes_[memory.home->size_class];
  memory_regions emptied;
  {
    std::lock_guard guard{of.mutex};
    emptied = of.put(memory);
  }
  if (!emptied.empty())
    keep_idle(std::move(emptied));
}

result<void> buffer_pool::warm(std::uint64_t bytes, std::size_t buffer_bytes) {
  if (buffer_bytes > buffer_bytes_max)
    return failure{errc::invalid_argument, "warm: buffer_bytes is " + std::to_string(buffer_bytes) +
                                               ", expected at most " + std::to_string(buffer_bytes_max)};
  const auto& of = classes_[class_of(buffer_bytes)];
  const auto whole = [](std::uint64_t parts, std::uint64_t in_one) { return parts / in_one + (parts % in_one != 0); };
  const auto regions = whole(whole(bytes, of.buffer_bytes), of.slots);
  if (const auto limit = idle_bytes_max(); regions > limit / of.region_bytes)
    return failure{errc::invalid_argument, "warm: bytes is " + std::to_string(bytes) + ", which takes " +
                                               std::to_string(regions) + " regions of " +
                                               std::to_string(of.region_bytes) + " bytes; at most " +
                                               std::to_string(limit) + " bytes are kept idle: raise that first"};
  const auto& idle = idle_[class_of(of.region_bytes)];
  const auto missing = [&] {
    std::lock_guard guard{regions_mutex_};
    return idle.size() < regions;
  };
  // Maps at most `regions` times, and not just the missing number: keeping a new region may unmap an idle one of the
  // same size.
  for (std::uint64_t mapped = 0; mapped < regions && missing(); ++mapped) {
    auto region = map_counted(of.region_bytes);
    if (!region)
      return region.error();
    keep_idle(std::move(*region));
  }
  return {};
}

result<memory_regions> buffer_pool::take_region(std::size_t region_bytes) {
  if (auto idle = idle_region(region_bytes); !idle.empty())
    return result<memory_regions>{std::move(idle)};
  auto fresh = map_counted(region_bytes);
  if (fresh)
    return fresh;
  // Idle regions of another size may occupy the memory.
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    shrink_idle(0, leaving);
  }
  if (leaving.empty())
    return fresh;
  unmap_counted(std::move(leaving));
  return map_counted(region_bytes);
}

result<memory_regions> buffer_pool::map_counted(std::size_t region_bytes) {
  auto fresh = map_region(source(), region_bytes);
  if (!fresh)
    return fresh;
  const auto& region = fresh->front();
  try {
    watched_.arrives({region.bytes, region.size_bytes});
  } catch (const std::bad_alloc&) {
    unmap(std::move(*fresh));
    return {errc::no_memory, "buffer_pool: no memory to keep account of a region"};
  }
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    totals_.mapped_bytes += region.size_bytes;
    totals_.huge_page_bytes += region.huge_page_bytes;
    ++totals_.regions_mapped;
    shrink_idle(idle_bytes_allowed(), leaving);
    check();
  }
  unmap_counted(std::move(leaving));
  return fresh;
}

/// Returns regions to their sources. Pre: they are already counted as unmapped.
void buffer_pool::unmap_counted(memory_regions leaving) noexcept {
  for (const auto& region : leaving)
    watched_.leaves({region.bytes, region.size_bytes});
  unmap(std::move(leaving));
}

/// The unused part of the budgets, at least a 32nd of them. Pre: `regions_mutex_` is held.
std::uint64_t buffer_pool::idle_bytes_allowed() const noexcept {
  const auto budget = totals_.budget_bytes;
  if (budget == 0)
    return retain_bytes_max_;
  const auto used = totals_.mapped_bytes - totals_.idle_bytes;
  return std::max(budget - std::min(used, budget), budget / 32);
}

memory_regions buffer_pool::idle_region(std::size_t region_bytes) noexcept {
  memory_regions found;
  std::lock_guard guard{regions_mutex_};
  auto& idle = idle_[class_of(region_bytes)];
  if (!idle.empty()) {
    found.splice(found.begin(), idle, idle.begin());
    totals_.idle_bytes -= region_bytes;
    check();
  }
  return found;
}

void buffer_pool::keep_idle(memory_regions region) noexcept {
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    const auto bytes = region.front().size_bytes;
    totals_.idle_bytes += bytes;
    const auto allowed = idle_bytes_allowed();
    if (bytes <= allowed && region.front().source == source_) {
      region.front().idle_number = ++last_idle_number_;
      auto& idle = idle_[class_of(bytes)];
      idle.splice(idle.begin(), region);
      shrink_idle(allowed, leaving);
    } else {
      totals_.idle_bytes -= bytes;
      move_last(region, leaving);
    }
    check();
  }
  unmap_counted(std::move(leaving));
}

/// Moves idle regions to `leaving`, longest idle first, until at most `bytes_max` are left. Pre: `regions_mutex_` is
/// held.
void buffer_pool::shrink_idle(std::uint64_t bytes_max, memory_regions& leaving) noexcept {
  while (totals_.idle_bytes > bytes_max) {
    memory_regions* oldest = nullptr;
    for (auto& idle : idle_)
      if (!idle.empty() && (oldest == nullptr || idle.back().idle_number < oldest->back().idle_number))
        oldest = &idle;
    assert(oldest != nullptr);
    totals_.idle_bytes -= oldest->back().size_bytes;
    move_last(*oldest, leaving);
  }
}

/// Moves the last region of `from` to `leaving` and counts it as unmapped; the caller unmaps it without the lock. Pre:
/// `regions_mutex_` is held.
void buffer_pool::move_last(memory_regions& from, memory_regions& leaving) noexcept {
  totals_.mapped_bytes -= from.back().size_bytes;
  totals_.huge_page_bytes -= from.back().huge_page_bytes;
  ++totals_.regions_unmapped;
  leaving.splice(leaving.end(), from, std::prev(from.end()));
}

void buffer_pool::retain_at_most(std::uint64_t bytes) noexcept {
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    retain_bytes_max_ = bytes;
    shrink_idle(idle_bytes_allowed(), leaving);
    check();
  }
  unmap_counted(std::move(leaving));
}

void buffer_pool::change_budget(std::uint64_t before, std::uint64_t after) noexcept {
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    totals_.budget_bytes += after - before;
    shrink_idle(idle_bytes_allowed(), leaving);
    check();
  }
  unmap_counted(std::move(leaving));
}

void buffer_pool::take_from(std::shared_ptr<memory_source> source) noexcept {
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    source_.swap(source);
    shrink_idle(0, leaving);
  }
  unmap_counted(std::move(leaving));
}

std::shared_ptr<memory_source> buffer_pool::source() const noexcept {
  std::lock_guard guard{regions_mutex_};
  return source_;
}

std::uint64_t buffer_pool::idle_bytes_max() const noexcept {
  std::lock_guard guard{regions_mutex_};
  return idle_bytes_allowed();
}

buffer_pool_stats buffer_pool::stats() const noexcept {
  buffer_pool_stats sum;
  {
    std::lock_guard guard{regions_mutex_};
    sum = totals_;
  }
  for (const auto& of : classes_) {
    std::lock_guard guard{of.mutex};
    const auto live_bytes = of.live_buffers * of.buffer_bytes;
    sum.in_use_bytes += live_bytes;
    sum.stranded_bytes += (of.partial.size() + of.full.size()) * of.region_bytes - live_bytes;
  }
  sum.pinned_bytes = watched_.pinned_bytes();
  return sum;
}

result<void> buffer_pool::watch(std::shared_ptr<memory_watcher> watcher) { return watched_.watch(std::move(watcher)); }

void buffer_pool::unwatch(const memory_watcher& watcher) noexcept { watched_.unwatch(watcher); }

/// Pre: `regions_mutex_` is held.
void buffer_pool::check() const noexcept {
  assert(totals_.idle_bytes <= idle_bytes_allowed());
  assert(totals_.idle_bytes <= totals_.mapped_bytes);
  assert(totals_.huge_page_bytes <= totals_.mapped_bytes);
}

pool_budget::pool_budget(buffer_pool& pool, std::uint64_t bytes) noexcept : pool_(&pool) { resize(bytes); }

pool_budget::pool_budget(pool_budget&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

pool_budget& pool_budget::operator=(pool_budget&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

pool_budget::~pool_budget() { resize(0); }

void pool_budget::resize(std::uint64_t bytes) noexcept {
  if (pool_ != nullptr)
    pool_->change_budget(std::exchange(bytes_, bytes), bytes);
}

buffer_pool& process_buffer_pool() noexcept {
  alignas(buffer_pool) static std::byte place[sizeof(buffer_pool)];
  static auto* const pool = new (place) buffer_pool;
  return *pool;
}

} // namespace hearth::storage
