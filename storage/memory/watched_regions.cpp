#include "storage/memory/watched_regions.hpp"

#include <bit>
#include <cassert>
#include <string>
#include <utility>

namespace hearth::storage {

namespace {

/// Calls `each` with the index of every bit that is set.
template <class Each>
void for_each_bit(std::uint64_t bits, Each each) {
  for (; bits != 0; bits &= bits - 1)
    each(static_cast<std::size_t>(std::countr_zero(bits)));
}

std::uint64_t bit(std::size_t number) noexcept { return std::uint64_t{1} << number; }

/// Calls `arrives`. An exception becomes a failure, so that regions and watchers stay consistent.
result<void> offer(memory_watcher& watcher, std::span<std::byte> region) noexcept {
  try {
    return watcher.arrives(region);
  } catch (...) {
    return {errc::no_memory, {}};
  }
}

} // namespace

void watched_regions::arrives(std::span<std::byte> region) {
  std::lock_guard guard{mutex_};
  auto& added = regions_.emplace(region.data(), watched{region.size(), 0}).first->second;
  for_each_bit(watching_, [&](std::size_t number) {
    if (offer(*watchers_[number], region))
      added.taken_by |= bit(number);
  });
  if (is_pinned(added))
    pinned_bytes_ += region.size();
}

void watched_regions::leaves(std::span<std::byte> region) noexcept {
  std::lock_guard guard{mutex_};
  const auto found = regions_.find(region.data());
  assert(found != regions_.end() && found->second.size_bytes == region.size());
  for_each_bit(found->second.taken_by, [&](std::size_t number) { watchers_[number]->leaves(region); });
  if (is_pinned(found->second))
    pinned_bytes_ -= region.size();
  regions_.erase(found);
}

result<void> watched_regions::watch(std::shared_ptr<memory_watcher> watcher) {
  std::lock_guard guard{mutex_};
  const auto number = static_cast<std::size_t>(std::countr_one(watching_));
  if (number == watchers_max)
    return {errc::invalid_argument,
            "watch: found " + std::to_string(watchers_max) + " memory watchers, expected fewer: unwatch one first"};
  watchers_[number] = std::move(watcher);
  watching_ |= bit(number);
  result<void> outcome;
  for (auto& [bytes, region] : regions_)
    if (auto arrived = offer(*watchers_[number], {bytes, region.size_bytes}); arrived)
      region.taken_by |= bit(number);
    else if (outcome)
      outcome = std::move(arrived);
  count_pinned();
  return outcome;
}

void watched_regions::unwatch(const memory_watcher& watcher) noexcept {
  std::lock_guard guard{mutex_};
  for_each_bit(watching_, [&](std::size_t number) {
    if (watchers_[number].get() != &watcher)
      return;
    for (auto& [bytes, region] : regions_)
      if ((region.taken_by & bit(number)) != 0) {
        region.taken_by &= ~bit(number);
        watchers_[number]->leaves({bytes, region.size_bytes});
      }
    watchers_[number].reset();
    watching_ &= ~bit(number);
  });
  count_pinned();
}

/// Recomputes the pinned bytes after a change of watchers. Pre: `mutex_` is held.
void watched_regions::count_pinned() noexcept {
  std::uint64_t pinned = 0;
  for (const auto& [bytes, region] : regions_)
    pinned += is_pinned(region) ? region.size_bytes : 0;
  pinned_bytes_ = pinned;
}

} // namespace hearth::storage
