// A hash map in 64 shards, each with a mutex and an LRU list. Estimate: a get is an uncontended mutex (20 ns), a
// lookup, two list updates and a reference count: about 60 ns if the block's lines are in the processor's cache,
// otherwise three cache misses more (80 ns each).
#include "tests/bench/peers/peer.hpp"

#include <array>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace hearth::bench {

namespace {

using storage::block_key;

class locked_map_peer final : public peer {
public:
  [[nodiscard]] std::string version() const override { return "std::unordered_map, std::mutex, std::list"; }

  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes > 0 ? "it has no disk" : "";
  }

  storage::result<void> open(const stage& where) override {
    for (auto& one : shards_)
      one.bytes_max = where.memory_bytes / shards_.size();
    return {};
  }

  storage::result<std::size_t> put(unsigned, chain_blocks chain) override {
    for (const auto& item : chain)
      put_one(item);
    return chain.size();
  }

  storage::result<std::size_t> get(unsigned, chain_keys chain, const block_seen& seen) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto found = find(chain[i]);
      if (found.empty())
        return i;
      seen(i, found.bytes());
    }
    return chain.size();
  }

  void close() override {
    for (auto& one : shards_) {
      one.places.clear();
      one.order.clear();
      one.bytes = 0;
    }
  }

private:
  struct shard {
    std::mutex mutex;
    std::uint64_t bytes = 0;
    std::uint64_t bytes_max = 0;
    std::list<storage::block> order; ///< least recently used first
    std::unordered_map<block_key, std::list<storage::block>::iterator, storage::block_key_hash> places;
  };

  shard& shard_of(const block_key& key) { return shards_[static_cast<std::size_t>(key.bytes[31]) % shards_.size()]; }

  void put_one(storage::block item) {
    auto& at = shard_of(item.key);
    std::lock_guard guard{at.mutex};
    const auto [place, added] = at.places.try_emplace(item.key);
    if (!added) {
      at.order.splice(at.order.end(), at.order, place->second);
      return;
    }
    at.bytes += item.payload.size();
    place->second = at.order.insert(at.order.end(), std::move(item));
    while (at.bytes > at.bytes_max) {
      at.bytes -= at.order.front().payload.size();
      at.places.erase(at.order.front().key);
      at.order.pop_front();
    }
  }

  storage::buffer find(const block_key& key) {
    auto& at = shard_of(key);
    std::lock_guard guard{at.mutex};
    const auto place = at.places.find(key);
    if (place == at.places.end())
      return {};
    at.order.splice(at.order.end(), at.order, place->second);
    return place->second->payload;
  }

  std::array<shard, 64> shards_;
};

} // namespace

void add_locked_map(peer_list& list) {
  list.entries.push_back({"locked map", [] { return std::make_unique<locked_map_peer>(); }});
}

} // namespace hearth::bench
