#include "storage/conversation_policy.hpp"

#include "storage/lru_rival.hpp"
#include "storage/return_model.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hearth::storage {

namespace {

constexpr std::uint64_t requests_between_learning = 16;
constexpr std::size_t departed_part = 4;     ///< remembered for each tracked block
constexpr std::size_t departed_min = 16'384; ///< a small tier has the most to learn

/// Blocks of one request and one class: they age together.
struct cohort {
  std::uint64_t asked_at = 0; ///< request number
  std::size_t kind = 0;       ///< class of the model
  std::size_t bin = 0;
  std::size_t blocks = 0;        ///< that were not asked for since, tracked or remembered
  std::vector<block_key> leaves; ///< tracked ones without a tracked child
};

/// A block that is tracked, or remembered.
struct acquaintance {
  std::uint64_t cohort = 0; ///< number
  std::size_t asked = 0;    ///< times
  std::size_t children = 0; ///< tracked ones
  std::optional<block_key> parent;
  block_slot slot = no_slot;               ///< of a tracked one
  std::list<block_key>::iterator departed; ///< unless tracked

  [[nodiscard]] bool tracked() const noexcept { return slot != no_slot; }
};

class conversation_policy final : public eviction_policy {
public:
  conversation_policy() { model_.learn(); }

  void asked(std::span<const block_key> chain) override {
    begin_request();
    std::size_t known = 0;
    while (known < chain.size() && known_.contains(chain[known]))
      ++known;
    compare(chain.first(known), chain.size());
    for (auto i = chain.size(); i-- > 0;) // the tail is older than the head, as with LRU
      enter(chain[i], {chain.size() - 1 - i, chain.size() - known, known, 0});
    forget_some();
  }

  void insert(block_slot slot, const block_key& key, const std::optional<block_key>& parent) override {
    if (!known_.contains(key)) {
      begin_request();
      enter(key, {0, 1, 0, 0});
    }
    auto& block = known_.at(key);
    assert(!block.tracked());
    departed_.erase(block.departed);
    block.slot = slot;
    if (slot >= keys_.size())
      keys_.resize(slot + 1);
    keys_[slot] = key;
    if (parent != key)
      block.parent = parent;
    ++tracked_;
    if (auto* above = above_of(block); above != nullptr && ++above->children == 1 && above->tracked())
      no_leaf(*parent, *above);
    if (block.children == 0)
      leaf(key, block);
  }

  void touch(block_slot slot) override {
    const auto& key = keys_[slot];
    assert(known_.at(key).slot == slot);
    if (cohorts_.at(known_.at(key).cohort).asked_at == requests_) // `asked` has seen to it
      return;
    begin_request();
    enter(key, {0, 0, 1, 0});
  }

  void erase(block_slot slot) override {
    const auto key = keys_[slot];
    auto& block = known_.at(key);
    assert(block.slot == slot);
    if (block.children == 0)
      no_leaf(key, block);
    block.slot = no_slot;
    block.departed = departed_.insert(departed_.end(), key);
    --tracked_;
    // Not so if the parent was forgotten and came anew: it does not know of this child.
    if (auto* above = above_of(block); above != nullptr && above->children > 0)
      if (--above->children == 0 && above->tracked())
        leaf(*block.parent, *above);
    block.parent.reset();
    forget_some();
  }

  block_slot victim() override {
    if (const auto oldest = oldest_leaf(); oldest != no_slot && rival_.wins())
      return oldest;
    const std::pair<const place, std::set<std::uint64_t>>* least = nullptr;
    double least_worth = 0;
    for (const auto& each : leaves_)
      if (const auto worth = worth_of(each.first); least == nullptr || worth < least_worth)
        least = &each, least_worth = worth;
    if (least != nullptr)
      return known_.at(cohorts_.at(*least->second.begin()).leaves.back()).slot;
    auto oldest = no_slot; // none is a leaf: somebody put blocks that are each other's parents
    visit([&](block_slot slot) {
      oldest = slot;
      return false;
    });
    return oldest;
  }

  void visit(const std::function<bool(block_slot)>& visit) const override {
    std::vector<std::pair<std::uint64_t, block_slot>> all;
    for (const auto& [key, block] : known_)
      if (block.tracked())
        all.emplace_back(block.cohort, block.slot);
    std::sort(all.begin(), all.end());
    for (const auto& each : all)
      if (!visit(each.second))
        return;
  }

  std::size_t size() const noexcept override { return tracked_; }

private:
  using place = std::pair<std::size_t, std::size_t>; ///< class and bin

  acquaintance* above_of(const acquaintance& block) {
    const auto found = block.parent ? known_.find(*block.parent) : known_.end();
    return found == known_.end() ? nullptr : &found->second;
  }

  block_slot oldest_leaf() const {
    auto oldest = std::numeric_limits<std::uint64_t>::max();
    for (const auto& each : leaves_)
      oldest = std::min(oldest, *each.second.begin());
    return leaves_.empty() ? no_slot : known_.at(cohorts_.at(oldest).leaves.back()).slot;
  }

  /// Sees to it that the cohorts from `first_recent_` on are those that LRU would have, the first perhaps in part.
  void find_recent() {
    auto at = cohorts_.lower_bound(first_recent_);
    while (at != cohorts_.end() && recent_blocks_ - at->second.blocks >= tracked_)
      recent_blocks_ -= (at++)->second.blocks;
    while (at != cohorts_.begin() && recent_blocks_ < tracked_)
      recent_blocks_ += (--at)->second.blocks;
    first_recent_ = at == cohorts_.end() ? last_cohort_ + 1 : at->first;
  }

  /// Who has more of the blocks of this request, that are known, without a gap from its head: we or LRU?
  void compare(std::span<const block_key> chain, std::size_t asked) {
    find_recent();
    std::size_t own = 0;
    while (own < chain.size() && known_.at(chain[own]).tracked())
      ++own;
    double recent = 0;
    for (const auto& key : chain) {
      const auto number = known_.at(key).cohort;
      if (number < first_recent_)
        break;
      const auto blocks = number == first_recent_ ? static_cast<double>(cohorts_.at(number).blocks) : 0;
      recent +=
          blocks > 0
              ? std::clamp(1 - (static_cast<double>(recent_blocks_) - static_cast<double>(tracked_)) / blocks, 0.0, 1.0)
              : 1;
    }
    rival_.count(asked, static_cast<double>(own), recent);
  }

  /// Everybody grows older by one request.
  void begin_request() {
    ++requests_;
    for (std::size_t bin = 1; bin < return_model::bins; ++bin)
      for (auto& queue = younger_than_[bin]; !queue.empty(); queue.pop_front()) {
        const auto found = cohorts_.find(queue.front());
        if (found == cohorts_.end())
          continue;
        auto& [number, each] = *found;
        if (requests_ - each.asked_at < return_model::first_age(bin))
          break;
        model_.ages(each.kind, bin, each.blocks);
        if (!each.leaves.empty())
          unlist(number, each);
        each.bin = bin;
        if (!each.leaves.empty())
          leaves_[{each.kind, bin}].insert(number);
        if (bin + 1 < return_model::bins)
          younger_than_[bin + 1].push_back(number);
      }
    if (requests_ % requests_between_learning == 0)
      model_.learn();
  }

  /// The block belongs to the present request from here on. A new one is remembered, and tracked once it is inserted.
  void enter(const block_key& key, return_model::traits of) {
    auto [place, fresh] = known_.try_emplace(key);
    auto& block = place->second;
    const bool is_leaf = block.tracked() && block.children == 0;
    if (fresh) {
      block.departed = departed_.insert(departed_.end(), key);
    } else {
      if (is_leaf)
        no_leaf(key, block);
      const auto& before = cohorts_.at(block.cohort);
      model_.returns(before.kind, before.bin);
      leave_cohort(block);
    }
    of.asked = ++block.asked;
    const auto kind = return_model::class_of(of);
    if (cohorts_.empty() || cohorts_.rbegin()->second.asked_at != requests_ || cohorts_.rbegin()->second.kind != kind) {
      cohorts_.emplace_hint(cohorts_.end(), ++last_cohort_, cohort{requests_, kind, 0, 0, {}});
      younger_than_[1].push_back(last_cohort_);
    }
    block.cohort = last_cohort_;
    ++cohorts_.at(last_cohort_).blocks;
    ++recent_blocks_;
    model_.waits(kind);
    if (is_leaf)
      leaf(key, block);
  }

  void leave_cohort(const acquaintance& block) {
    recent_blocks_ -= block.cohort >= first_recent_ ? 1 : 0;
    if (const auto found = cohorts_.find(block.cohort); --found->second.blocks == 0)
      cohorts_.erase(found);
  }

  void leaf(const block_key& key, const acquaintance& block) {
    auto& own = cohorts_.at(block.cohort);
    own.leaves.push_back(key);
    if (own.leaves.size() == 1)
      leaves_[{own.kind, own.bin}].insert(block.cohort);
  }

  void no_leaf(const block_key& key, const acquaintance& block) {
    auto& own = cohorts_.at(block.cohort);
    own.leaves.erase(std::find(own.leaves.begin(), own.leaves.end(), key));
    if (own.leaves.empty())
      unlist(block.cohort, own);
  }

  void unlist(std::uint64_t number, const cohort& of) {
    const auto found = leaves_.find({of.kind, of.bin});
    found->second.erase(number);
    if (found->second.empty())
      leaves_.erase(found);
  }

  void forget_some() {
    while (departed_.size() > std::max(departed_part * tracked_, departed_min)) {
      const auto found = known_.find(departed_.front());
      const auto& own = cohorts_.at(found->second.cohort);
      model_.forgotten(own.kind, own.bin);
      leave_cohort(found->second);
      known_.erase(found);
      departed_.pop_front();
    }
  }

  double worth_of(const place& of) {
    auto& [epoch, worth] = worths_[of.first * return_model::bins + of.second];
    if (epoch != model_.epoch()) {
      epoch = model_.epoch();
      worth = model_.worth(of.first, of.second);
    }
    return worth;
  }

  return_model model_;
  lru_rival rival_;
  std::uint64_t first_recent_ = 0; ///< number of a cohort: LRU would have those from here on
  std::size_t recent_blocks_ = 0;  ///< of theirs
  std::uint64_t requests_ = 0;
  std::uint64_t last_cohort_ = 0;
  std::size_t tracked_ = 0;
  std::unordered_map<block_key, acquaintance, block_key_hash> known_;
  std::vector<block_key> keys_;   ///< by slot
  std::list<block_key> departed_; ///< known and not tracked, in the order in which they left
  std::map<std::uint64_t, cohort> cohorts_;
  std::array<std::deque<std::uint64_t>, return_model::bins> younger_than_; ///< cohorts on their way into a bin
  std::map<place, std::set<std::uint64_t>> leaves_;                        ///< cohorts that have leaves
  std::vector<std::pair<std::uint64_t, double>> worths_{return_model::classes * return_model::bins};
};

} // namespace

std::unique_ptr<eviction_policy> make_conversation_policy() { return std::make_unique<conversation_policy>(); }

} // namespace hearth::storage
