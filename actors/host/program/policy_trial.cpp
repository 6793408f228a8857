#include "actors/host/program/policy_trial.hpp"

#include "storage/eviction/w_tinylfu_policy.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace hearth {

using storage::block_key;

namespace {

block_key key_of(std::uint64_t id) {
  block_key key;
  std::memcpy(key.bytes.data(), &id, sizeof(id));
  return key;
}

void count(policy_score& score, const request& asked, const std::function<bool(std::uint64_t)>& present) {
  score.asked += asked.block_ids.size();
  for (const auto id : asked.block_ids) {
    if (!present(id))
      return;
    ++score.usable;
  }
}

/// For each block reference of the trace, in order: the number of the next request for the same block.
std::vector<std::size_t> next_uses(std::span<const request> trace, std::size_t references) {
  std::vector<std::size_t> next(references);
  std::unordered_map<std::uint64_t, std::size_t> later;
  for (auto number = trace.size(); number-- > 0;) {
    const auto& ids = trace[number].block_ids;
    references -= ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto found = later.find(ids[i]);
      next[references + i] = found == later.end() ? std::numeric_limits<std::size_t>::max() : found->second;
    }
    for (const auto id : ids)
      later[id] = number;
  }
  return next;
}

} // namespace

const std::vector<named_policy>& all_policies() {
  static const auto all = [] {
    std::vector<named_policy> policies;
    for (const auto order : storage::eviction_orders)
      policies.push_back({std::string{to_string(order)}, [order](std::size_t capacity) {
                            return order == storage::eviction_order::w_tinylfu
                                       ? storage::make_w_tinylfu_policy(capacity)
                                       : storage::make_eviction_policy(order);
                          }});
    return policies;
  }();
  return all;
}

policy_score try_policy(std::span<const request> trace, std::size_t capacity, storage::keyed_policy& policy) {
  assert(capacity > 0 && policy.size() == 0);
  policy_score score;
  for (const auto& asked : trace) {
    const auto& ids = asked.block_ids;
    count(score, asked, [&](std::uint64_t id) { return policy.contains(key_of(id)); });
    std::vector<block_key> chain(ids.size());
    std::transform(ids.begin(), ids.end(), chain.begin(), key_of);
    policy.asked(chain);
    for (auto i = ids.size(); i-- > 0;) {
      const auto& key = chain[i];
      if (policy.contains(key))
        policy.touch(key);
      else
        policy.insert(key, i > 0 ? std::optional{chain[i - 1]} : std::nullopt);
    }
    while (policy.size() > capacity) {
      const auto victim = policy.victim();
      assert(victim);
      policy.erase(*victim);
    }
  }
  return score;
}

policy_score try_clairvoyant(std::span<const request> trace, std::size_t capacity) {
  using rank = std::tuple<std::size_t, std::size_t, std::uint64_t>; // next use, depth, id: the largest leaves first
  assert(capacity > 0);
  policy_score score;
  std::size_t references = 0;
  for (const auto& asked : trace)
    references += asked.block_ids.size();
  const auto next = next_uses(trace, references);
  std::set<rank> order;
  std::unordered_map<std::uint64_t, rank> present;
  std::size_t reference = 0;
  for (const auto& asked : trace) {
    count(score, asked, [&](std::uint64_t id) { return present.contains(id); });
    for (std::size_t depth = 0; depth < asked.block_ids.size(); ++depth) {
      const auto id = asked.block_ids[depth];
      auto& place = present[id];
      order.erase(place);
      place = {next[reference++], depth, id};
      order.insert(place);
    }
    while (order.size() > capacity) {
      const auto last = std::prev(order.end());
      present.erase(std::get<2>(*last));
      order.erase(last);
    }
  }
  return score;
}

std::size_t distinct_blocks(std::span<const request> trace) {
  std::unordered_set<std::uint64_t> ids;
  for (const auto& asked : trace)
    ids.insert(asked.block_ids.begin(), asked.block_ids.end());
  return ids.size();
}

} // namespace hearth
