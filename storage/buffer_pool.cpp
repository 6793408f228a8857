#include "storage/buffer_pool.hpp"

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

/// The class of a buffer of `units` units: 1, 2, 3, 4, then four classes from each power of two to the next.
constexpr std::size_t class_of_units(std::size_t units) noexcept {
  if (units <= 4)
    return units - 1;
  const auto power = static_cast<std::size_t>(std::bit_width(units - 1)) - 1; // 2^power < units <= 2^(power + 1)
  const std::size_t quarter = (units - 1 - (std::size_t{1} << power)) >> (power - 2);
  return 4 + (power - 2) * 4 + quarter;
}

/// The units of a buffer of `size_class`, the other way round.
constexpr std::size_t units_of_class(std::size_t size_class) noexcept {
  if (size_class < 4)
    return size_class + 1;
  return (5 + size_class % 4) << (size_class - 4) / 4;
}

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return class_of_units(std::max<std::size_t>((bytes + unit_bytes - 1) / unit_bytes, 1));
}

static_assert(class_of(4096) == 0 && class_of(4097) == 1 && class_of(20480) == 4 && units_of_class(8) == 10);
static_assert(units_of_class(class_of(buffer_pool::buffer_bytes_max)) * unit_bytes == buffer_pool::buffer_bytes_max);

/// The units of a region for buffers of `units`: the fewest huge pages of which at most an eighth is left over.
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

/// The region that is left without a live buffer, or none.
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

buffer_pool::buffer_pool(std::uint64_t retain_bytes_max) noexcept : retain_bytes_max_(retain_bytes_max) {
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
  if (const auto limit = retain_bytes_max(); regions > limit / of.region_bytes)
    return failure{errc::invalid_argument, "warm: bytes is " + std::to_string(bytes) + ", which takes " +
                                               std::to_string(regions) + " regions of " +
                                               std::to_string(of.region_bytes) + " bytes; at most " +
                                               std::to_string(limit) + " bytes are kept idle: raise that first"};
  const auto& idle = idle_[class_of(of.region_bytes)];
  const auto missing = [&] {
    std::lock_guard guard{regions_mutex_};
    return idle.size() < regions;
  };
  // Once more than were missing where keeping a new one drives out an old one of the same size.
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
  // The room may be taken by regions of another size that nobody uses.
  memory_regions leaving;
  {
    std::lock_guard guard{regions_mutex_};
    shrink_idle(0, leaving);
  }
  if (leaving.empty())
    return fresh;
  unmap(std::move(leaving));
  return map_counted(region_bytes);
}

result<memory_regions> buffer_pool::map_counted(std::size_t region_bytes) {
  auto fresh = map_region(region_bytes);
  if (!fresh)
    return fresh;
  std::lock_guard guard{regions_mutex_};
  totals_.mapped_bytes += fresh->front().size_bytes;
  totals_.huge_page_bytes += fresh->front().huge_page_bytes;
  ++totals_.regions_mapped;
  check();
  return fresh;
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
    if (bytes <= retain_bytes_max_) {
      shrink_idle(retain_bytes_max_ - bytes, leaving);
      region.front().idle_number = ++last_idle_number_;
      auto& idle = idle_[class_of(bytes)];
      idle.splice(idle.begin(), region);
      totals_.idle_bytes += bytes;
    } else {
      move_last(region, leaving);
    }
    check();
  }
  unmap(std::move(leaving));
}

/// Moves what became idle first to `leaving`, until at most `bytes_max` are left. Pre: `regions_mutex_` is held.
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

/// What is in `leaving` counts as unmapped; its new owner does that without the lock. Pre: `regions_mutex_` is held.
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
    shrink_idle(bytes, leaving);
    check();
  }
  unmap(std::move(leaving));
}

std::uint64_t buffer_pool::retain_bytes_max() const noexcept {
  std::lock_guard guard{regions_mutex_};
  return retain_bytes_max_;
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
  return sum;
}

/// Pre: `regions_mutex_` is held.
void buffer_pool::check() const noexcept {
  assert(totals_.idle_bytes <= retain_bytes_max_);
  assert(totals_.idle_bytes <= totals_.mapped_bytes);
  assert(totals_.huge_page_bytes <= totals_.mapped_bytes);
}

buffer_pool& process_buffer_pool() noexcept {
  alignas(buffer_pool) static std::byte place[sizeof(buffer_pool)];
  static auto* const pool = new (place) buffer_pool;
  return *pool;
}

bool buffers_are_pooled() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#else
  return true;
#endif
#else
  return true;
#endif
}

} // namespace hearth::storage
