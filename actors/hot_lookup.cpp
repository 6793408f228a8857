#include "actors/hot_lookup.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace hearth::actors {

using storage::block_key;
using storage::namespace_id;

namespace {

/// Measures one hot get in 256 of each thread: two clock reads would take as long as a small get.
class sampled_get {
public:
  explicit sampled_get(const storage::clock_ns& clock) : clock_(clock) {
    static thread_local std::uint32_t gets = 0;
    sampled_ = (++gets & 255) == 0;
    start_ns_ = sampled_ ? clock_() : 0;
  }
  void found(stats::latencies& latencies) const {
    if (sampled_)
      latencies.add(stats::operation::get_hot, static_cast<std::uint64_t>(clock_() - start_ns_));
  }

private:
  const storage::clock_ns& clock_;
  bool sampled_;
  std::int64_t start_ns_;
};

} // namespace

hot_lookup::hot_lookup(const shared_state& shared, hot_cache_actor hot_cache)
    : index_(shared.hot_index), notes_(shared.read_notes), limits_(shared.limits), latencies_(shared.latencies),
      clock_(shared.steady_clock), hot_cache_(std::move(hot_cache)) {}

void hot_lookup::note(namespace_id name_space, std::span<const block_key> chain) const {
  if (notes_->add(name_space, chain))
    caf::anon_send(hot_cache_, messages::reads_noted{});
}

storage::buffer hot_lookup::find(namespace_id name_space, const block_key& key) const {
  const sampled_get get{clock_};
  auto found = index_->copy(name_space, key);
  if (!found.empty()) {
    note(name_space, {&key, 1});
    get.found(*latencies_);
  }
  return found;
}

std::optional<messages::get_prefix_reply>
hot_lookup::find_prefix(namespace_id name_space, std::span<const block_key> keys, std::uint64_t bytes_max) const {
  const sampled_get get{clock_};
  // Most chains that are not all hot miss their tail: look it up first.
  auto last = keys.empty() ? storage::buffer{} : index_->copy(name_space, keys.back());
  if (last.empty())
    return std::nullopt;
  const auto lease = limits_->lease_bytes_max();
  const auto most = bytes_max == 0 ? lease : std::min(bytes_max, lease);
  messages::get_prefix_reply reply;
  reply.blocks.reserve(keys.size());
  std::uint64_t bytes = 0;
  for (const auto& key : keys) {
    auto found = &key == &keys.back() ? std::move(last) : index_->copy(name_space, key);
    if (found.empty())
      return std::nullopt;
    bytes += found.size();
    if (bytes > most && !reply.blocks.empty()) {
      reply.truncated = true;
      break;
    }
    reply.blocks.push_back(std::move(found));
  }
  note(name_space, keys.first(reply.blocks.size()));
  get.found(*latencies_);
  return reply;
}

} // namespace hearth::actors
