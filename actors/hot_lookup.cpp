#include "actors/hot_lookup.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace hearth::actors {

using storage::block_key;
using storage::namespace_id;

hot_lookup::hot_lookup(const shared_state& shared, hot_cache_actor hot_cache)
    : index_(shared.hot_index), notes_(shared.read_notes), limits_(shared.limits), hot_cache_(std::move(hot_cache)) {}

void hot_lookup::note(namespace_id name_space, std::span<const block_key> chain) const {
  if (notes_->add(name_space, chain))
    caf::anon_send(hot_cache_, messages::reads_noted{});
}

storage::buffer hot_lookup::find(namespace_id name_space, const block_key& key) const {
  auto found = index_->copy(name_space, key);
  if (!found.empty())
    note(name_space, {&key, 1});
  return found;
}

std::optional<messages::get_prefix_reply>
hot_lookup::find_prefix(namespace_id name_space, std::span<const block_key> keys, std::uint64_t bytes_max) const {
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
  return reply;
}

} // namespace hearth::actors
