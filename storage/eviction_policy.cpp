#include "storage/eviction_policy.hpp"

#include <cassert>
#include <list>
#include <unordered_map>

namespace hearth::storage {

namespace {

/// Least recently used: a list, oldest first, and where each key stands in it. O(1).
class lru_policy final : public eviction_policy {
public:
  void insert(const block_key& key, const std::optional<block_key>&) override {
    assert(!places_.contains(key));
    places_.emplace(key, order_.insert(order_.end(), key));
  }

  void touch(const block_key& key) override {
    const auto place = places_.find(key);
    assert(place != places_.end());
    order_.splice(order_.end(), order_, place->second);
  }

  void erase(const block_key& key) override {
    const auto place = places_.find(key);
    assert(place != places_.end());
    order_.erase(place->second);
    places_.erase(place);
  }

  std::optional<block_key> victim() override { return order_.empty() ? std::nullopt : std::optional{order_.front()}; }

  void visit(const std::function<bool(const block_key&)>& visit) const override {
    for (const auto& key : order_)
      if (!visit(key))
        return;
  }

  std::size_t size() const noexcept override { return places_.size(); }

private:
  std::list<block_key> order_;
  std::unordered_map<block_key, std::list<block_key>::iterator, block_key_hash> places_;
};

} // namespace

std::unique_ptr<eviction_policy> make_lru_policy() { return std::make_unique<lru_policy>(); }

} // namespace hearth::storage
