#include "storage/hot/read_notes.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>

namespace hearth::storage {

namespace {

/// Assigns threads to stripes in turn: the first eight have a stripe each.
std::size_t number_of_this_thread() noexcept {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number;
}

} // namespace

read_notes::chains::chains() {
  keys.reserve(stripe_keys_max);
  lengths.reserve(stripe_keys_max);
}

read_notes::read_notes(std::size_t namespaces_max) {
  for (auto& one : stripes_)
    one.counted.resize(namespaces_max);
}

bool read_notes::add(namespace_id name_space, std::span<const block_key> chain) noexcept {
  auto& own = stripes_[number_of_this_thread() % stripe_count];
  std::size_t waiting = 0;
  {
    std::lock_guard guard{own.lock};
    assert(name_space < own.counted.size());
    auto& [keys, lengths] = own.waiting;
    const auto noted = std::min(chain.size(), stripe_keys_max - keys.size());
    own.counted[name_space].blocks += chain.size();
    own.counted[name_space].skipped += chain.size() - noted;
    if (noted > 0) {
      // does not allocate: the capacity is reserved
      keys.insert(keys.end(), chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(noted));
      lengths.push_back(static_cast<std::uint32_t>(noted));
    }
    waiting = keys.size();
  }
  if (!any_.load(std::memory_order_relaxed))
    any_.store(true, std::memory_order_release);
  return waiting >= stripe_keys_told && !told_.load(std::memory_order_relaxed) && !told_.exchange(true);
}

std::size_t read_notes::take(const std::function<void(std::span<const block_key>)>& visit) {
  if (!any_.load(std::memory_order_relaxed))
    return 0;
  any_ = false; // cleared before the stripes are read, so that no later note is missed
  std::size_t keys = 0;
  for (auto& one : stripes_) {
    {
      std::lock_guard guard{one.lock};
      std::swap(one.waiting, taken_);
    }
    std::span<const block_key> rest{taken_.keys};
    for (const auto length : taken_.lengths) {
      visit(rest.first(length));
      rest = rest.subspan(length);
    }
    keys += taken_.keys.size();
    taken_.keys.clear();
    taken_.lengths.clear();
  }
  return keys;
}

std::vector<read_notes::amount> read_notes::counted() const {
  std::vector<amount> sum(stripes_.front().counted.size());
  for (const auto& one : stripes_) {
    std::lock_guard guard{one.lock};
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i].blocks += one.counted[i].blocks;
      sum[i].skipped += one.counted[i].skipped;
    }
  }
  return sum;
}

} // namespace hearth::storage
