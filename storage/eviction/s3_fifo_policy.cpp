#include "storage/eviction/s3_fifo_policy.hpp"

#include <algorithm>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace hearth::storage {

namespace {

class s3_fifo_policy final : public eviction_policy {
public:
  void follow(const block_names& names) override { names_ = &names; }

  void insert(block_slot slot) override {
    const auto left = departed_places_.find(names_->key_of(slot));
    const bool came_back = left != departed_places_.end();
    if (came_back) {
      departed_.erase(left->second);
      departed_places_.erase(left);
    }
    places_.make(slot);
    places_.at(slot) = {came_back, 0};
    (came_back ? main_ : small_).push_back(links_, slot);
  }

  void touch(block_slot slot) override {
    auto& touches = places_.at(slot).touches;
    touches = std::min<std::uint8_t>(touches + 1, touches_max);
  }

  void erase(block_slot slot) override {
    const bool in_main = places_.at(slot).in_main;
    (in_main ? main_ : small_).erase(links_, slot);
    if (!in_main)
      remember(names_->key_of(slot));
  }

  block_slot victim() override {
    while (size() > 0) {
      const bool from_small = main_.empty() || small_.size() * small_part > size();
      auto& from = from_small ? small_ : main_;
      const auto slot = from.front();
      auto& candidate = places_.at(slot);
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
    if (small_.visit(links_, visit))
      main_.visit(links_, visit);
  }

  std::size_t size() const noexcept override { return small_.size() + main_.size(); }

private:
  static constexpr std::size_t small_part = 10; ///< size of the small queue: one block in ten
  static constexpr std::uint8_t touches_to_stay = 2;
  static constexpr std::uint8_t touches_max = 3;

  struct place {
    bool in_main = false;
    std::uint8_t touches = 0; ///< touches since the block entered its queue, minus one per round
  };

  /// Remembers as many departed blocks as were tracked before this one left.
  void remember(const block_key& key) {
    departed_places_.emplace(key, departed_.insert(departed_.end(), key));
    while (departed_.size() > size() + 1) {
      departed_places_.erase(departed_.front());
      departed_.pop_front();
    }
  }

  const block_names* names_ = nullptr;
  slot_links links_;
  slot_list small_;
  slot_list main_;
  by_slot<place> places_;
  std::list<block_key> departed_; ///< keys that left the small queue, oldest first
  std::unordered_map<block_key, std::list<block_key>::iterator, block_key_hash> departed_places_;
};

} // namespace

std::unique_ptr<eviction_policy> make_s3_fifo_policy() { return std::make_unique<s3_fifo_policy>(); }

} // namespace hearth::storage
