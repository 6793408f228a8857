// Upper limit of the machine for a cache in memory: an array by block number with one lock per slot, no hash, no
// eviction, one reference count per get.
#include "storage/hot/spin_lock.hpp"
#include "tests/bench/numbered_blocks.hpp"
#include "tests/bench/peers/peer.hpp"

#include <mutex>
#include <utility>

namespace hearth::bench {

namespace {

using storage::result;

class memory_limit final : public peer {
public:
  [[nodiscard]] std::string version() const override { return "an array with a lock a slot"; }
  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes > 0 ? "it has no disk" : "";
  }

  result<void> open(const stage& where) override {
    slots_ = std::vector<slot>(where.memory_bytes / where.block_bytes);
    return {};
  }
  result<std::size_t> put(unsigned, chain_blocks chain) override {
    for (const auto& item : chain) {
      auto& at = slots_[number_of(item.key) % slots_.size()];
      auto payload = item.payload;
      std::lock_guard guard{at.lock};
      std::swap(at.payload, payload);
    }
    return chain.size();
  }
  result<std::size_t> get(unsigned, chain_keys chain, const block_seen& seen) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto found = copy(slots_[number_of(chain[i]) % slots_.size()]);
      if (found.empty() || stamp_of(found.bytes()) != number_of(chain[i]))
        return i;
      seen(i, found.bytes());
    }
    return chain.size();
  }
  void close() override { slots_.clear(); }

private:
  struct slot {
    storage::spin_lock lock;
    storage::buffer payload;
  };

  static storage::buffer copy(slot& from) {
    std::lock_guard guard{from.lock};
    return from.payload;
  }

  std::vector<slot> slots_;
};

} // namespace

void add_memory_limit(peer_list& list) {
  list.entries.push_back({"limit: memory", [] { return std::make_unique<memory_limit>(); }});
}

} // namespace hearth::bench
