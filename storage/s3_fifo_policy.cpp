#include "storage/s3_fifo_policy.hpp"

#include <algorithm>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

namespace hearth::storage {

namespace {

class s3_fifo_policy final : public eviction_policy {
public:
  void insert(block_slot slot, const block_key& key, const std::optional<block_key>&) override {
    const auto left = departed_places_.find(key);
    const bool came_back = left != departed_places_.end();
    if (came_back) {
      departed_.erase(left->second);
      departed_places_.erase(left);
    }
    if (slot >= places_.size())
      places_.resize(slot + 1);
    places_[slot] = {key, came_back, 0};
    (came_back ? main_ : small_).push_back(links_, slot);
  }

  void touch(block_slot slot) override {
    auto& touches = places_[slot].touches;
    touches = std::min<std::uint8_t>(touches + 1, touches_max);
  }

  void erase(block_slot slot) override {
    const auto& place = places_[slot];
    (place.in_main ? main_ : small_).erase(links_, slot);
    if (!place.in_main)
      remember(place.key);
  }

  block_slot victim() override {
    while (size() > 0) {
      const bool from_small = main_.empty() || small_.size() * small_part > size();
      auto& from = from_small ? small_ : main_;
      const auto slot = from.front();
      auto& candidate = places_[slot];
      if (candidate.touches < (from_small ? touches_to_stay : 1))
        return slot;
      from.erase(links_, slot);
      main_.push_back(links_, slot);
      candidate.touches = from_small ? 0 : candidate.touches - 1;
      candidate.in_main = true;
    }
    return no_slot;
  }

  void visit(const std::function<bool(block_slot)>& visit) const override {
    for (const auto* all : {&small_, &main_})
      for (auto slot = all->front(); slot != no_slot; slot = links_.at(slot).behind)
        if (!visit(slot))
          return;
  }

  std::size_t size() const noexcept override { return small_.size() + main_.size(); }

private:
  static constexpr std::size_t small_part = 10; ///< of all blocks, one in so many
  static constexpr std::uint8_t touches_to_stay = 2;
  static constexpr std::uint8_t touches_max = 3;

  struct place {
    block_key key;
    bool in_main = false;
    std::uint8_t touches = 0; ///< since it entered its queue, less one for each round
  };

  /// As many departed blocks as were tracked before this one left.
  void remember(const block_key& key) {
    departed_places_.emplace(key, departed_.insert(departed_.end(), key));
    while (departed_.size() > size() + 1) {
      departed_places_.erase(departed_.front());
      departed_.pop_front();
    }
  }

  slot_links links_;
  slot_list small_;
  slot_list main_;
  std::vector<place> places_;     ///< by slot
  std::list<block_key> departed_; ///< left the small queue, oldest first
  std::unordered_map<block_key, std::list<block_key>::iterator, block_key_hash> departed_places_;
};

} // namespace

std::unique_ptr<eviction_policy> make_s3_fifo_policy() { return std::make_unique<s3_fifo_policy>(); }

} // namespace hearth::storage
