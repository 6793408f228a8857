#include "storage/s3_fifo_policy.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace hearth::storage {

namespace {

/// Keys in the order in which they came, oldest first.
using queue = std::list<block_key>;

class s3_fifo_policy final : public eviction_policy {
public:
  void insert(const block_key& key, const std::optional<block_key>&) override {
    assert(!places_.contains(key));
    const auto left = departed_places_.find(key);
    const bool came_back = left != departed_places_.end();
    if (came_back) {
      departed_.erase(left->second);
      departed_places_.erase(left);
    }
    auto& into = came_back ? main_ : small_;
    places_.emplace(key, place{into.insert(into.end(), key), came_back, 0});
  }

  void touch(const block_key& key) override {
    auto& touches = at(key).touches;
    touches = std::min<std::uint8_t>(touches + 1, touches_max);
  }

  void erase(const block_key& key) override {
    const auto found = places_.find(key);
    assert(found != places_.end());
    if (!found->second.in_main)
      remember(key);
    (found->second.in_main ? main_ : small_).erase(found->second.at);
    places_.erase(found);
  }

  std::optional<block_key> victim() override {
    while (!places_.empty()) {
      const bool from_small = main_.empty() || small_.size() * small_part > size();
      const auto key = from_small ? small_.front() : main_.front();
      auto& candidate = at(key);
      if (candidate.touches < (from_small ? touches_to_stay : 1))
        return key;
      main_.splice(main_.end(), from_small ? small_ : main_, candidate.at);
      candidate.touches = from_small ? 0 : candidate.touches - 1;
      candidate.in_main = true;
    }
    return std::nullopt;
  }

  void visit(const std::function<bool(const block_key&)>& visit) const override {
    for (const auto* all : {&small_, &main_})
      for (const auto& key : *all)
        if (!visit(key))
          return;
  }

  std::size_t size() const noexcept override { return places_.size(); }

private:
  static constexpr std::size_t small_part = 10; ///< of all blocks, one in so many
  static constexpr std::uint8_t touches_to_stay = 2;
  static constexpr std::uint8_t touches_max = 3;

  struct place {
    queue::iterator at;
    bool in_main = false;
    std::uint8_t touches = 0; ///< since it entered its queue, less one for each round
  };

  place& at(const block_key& key) {
    const auto found = places_.find(key);
    assert(found != places_.end());
    return found->second;
  }

  void remember(const block_key& key) {
    departed_places_.emplace(key, departed_.insert(departed_.end(), key));
    while (departed_.size() > size()) {
      departed_places_.erase(departed_.front());
      departed_.pop_front();
    }
  }

  queue small_;
  queue main_;
  queue departed_; ///< left the small queue
  std::unordered_map<block_key, place, block_key_hash> places_;
  std::unordered_map<block_key, queue::iterator, block_key_hash> departed_places_;
};

} // namespace

std::unique_ptr<eviction_policy> make_s3_fifo_policy() { return std::make_unique<s3_fifo_policy>(); }

} // namespace hearth::storage
