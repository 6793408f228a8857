#include "storage/conversation_policy.hpp"

#include "storage/cohorts.hpp"
#include "storage/departed_blocks.hpp"
#include "storage/lru_rival.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace hearth::storage {

namespace {

constexpr std::size_t departed_part = 4;     ///< remembered for each tracked block
constexpr std::size_t departed_min = 16'384; ///< a small tier has the most to learn

/// What is kept for each slot: 8 bytes. `history.flag`: it is a leaf, in the queue of its cohort.
struct place {
  block_history history;                ///< of no cohort: not tracked
  std::uint32_t children_or_behind = 0; ///< how many tracked children it has, or the leaf behind it
};

class conversation_policy final : public eviction_policy {
public:
  void follow(const block_names& names) override { names_ = &names; }

  void asked(std::span<const block_key> chain) override {
    cohorts_.begin_request();
    slots_.clear();
    std::transform(chain.begin(), chain.end(), std::back_inserter(slots_), [&](const auto& key) { return find(key); });
    const auto known = compare(chain);
    for (auto i = chain.size(); i-- > 0;) { // the tail is older than the head, as with LRU
      const return_model::traits of{chain.size() - 1 - i, chain.size() - known, known, 0};
      if (slots_[i] != no_slot)
        enter(slots_[i], of);
      else
        enter_absent(chain[i], of);
    }
    forget_some();
  }

  void insert(block_slot slot) override {
    const auto& key = names_->key_of(slot);
    auto* remembered = departed_.find(key);
    if (remembered == nullptr) {
      cohorts_.begin_request();
      remembered = enter_absent(key, {0, 1, 0, 0});
    }
    const auto known = departed_.take(remembered);
    places_.make(slot);
    assert(places_.at(slot).history.cohort == 0);
    places_.at(slot) = {known.history, known.children};
    places_.at(slot).history.flag = 0;
    ++tracked_;
    if (const auto& parent = names_->parent_of(slot); parent && *parent != key)
      has_child(*parent);
    if (places_.at(slot).children_or_behind == 0)
      link(slot);
  }

  void touch(block_slot slot) override {
    if (cohorts_.present(places_.at(slot).history.cohort)) // `asked` has seen to it
      return;
    cohorts_.begin_request();
    enter(slot, {0, 0, 1, 0});
  }

  void erase(block_slot slot) override {
    const auto& key = names_->key_of(slot);
    auto& own = places_.at(slot);
    assert(own.history.cohort != 0);
    const auto history = own.history;
    const auto children = history.flag ? 0 : own.children_or_behind;
    // First the parent: where it is of the same cohort, that stays listed, at its age.
    if (const auto& parent = names_->parent_of(slot); parent && *parent != key)
      lost_child(*parent);
    if (history.flag)
      unlink(slot);
    own = {};
    --tracked_;
    departed_.add(key, history, children).history.flag = 1;
    forget_some();
  }

  block_slot victim() override {
    if (const auto one = rival_.wins() ? cohorts_.oldest() : cohorts_.least(); one != 0)
      return cohorts_.leaves(one).first;
    auto oldest = no_slot; // none is a leaf: somebody put blocks that are each other's parents
    visit([&](block_slot slot) {
      oldest = slot;
      return false;
    });
    return oldest;
  }

  void visit(const std::function<bool(block_slot)>& visit) const override {
    std::vector<std::pair<std::uint32_t, block_slot>> all; // cohorts, and then their places in the order of age
    for (block_slot slot = 1; slot < places_.end(); ++slot)
      if (places_.at(slot).history.cohort != 0)
        all.emplace_back(places_.at(slot).history.cohort, slot);
    by_slot<std::uint32_t> ranks;
    std::uint32_t rank = 0;
    cohorts_.visit([&](cohorts::number one) {
      ranks.make(one);
      ranks.at(one) = ++rank;
      return true;
    });
    for (auto& each : all)
      each.first = ranks.at(each.first);
    std::sort(all.begin(), all.end());
    for (const auto& each : all)
      if (!visit(each.second))
        return;
  }

  std::size_t size() const noexcept override { return tracked_; }

private:
  /// Of a tracked block.
  block_slot find(const block_key& key) const noexcept {
    const auto slot = names_->find(key);
    return slot < places_.end() && places_.at(slot).history.cohort != 0 ? slot : no_slot;
  }

  /// How many blocks of the chain, whose slots are `slots_`, are known without a gap. Tells the rival how many of them
  /// are here, and would be with LRU.
  std::size_t compare(std::span<const block_key> chain) {
    cohorts_.keep_recent(tracked_);
    std::size_t known = 0;
    std::size_t own = 0;
    double recent = 0;
    for (bool is_recent = true; known < chain.size(); ++known) {
      const auto slot = slots_[known];
      const auto* absent = slot == no_slot ? departed_.find(chain[known]) : nullptr;
      if (slot == no_slot && absent == nullptr)
        break;
      own += slot != no_slot && own == known ? 1 : 0;
      const auto part =
          cohorts_.recent_part(absent != nullptr ? absent->history.cohort : places_.at(slot).history.cohort);
      is_recent = is_recent && part > 0 && (absent == nullptr || absent->history.flag);
      recent += is_recent ? part : 0;
    }
    rival_.count(chain.size(), static_cast<double>(own), recent);
    return known;
  }

  /// The block belongs to the present request from here on.
  void enter(block_history& history, return_model::traits of) {
    if (history.cohort != 0) {
      cohorts_.returns(history.cohort);
      history.asked = std::min(history.asked + 1u, 3u);
    }
    of.asked = history.asked + 1u;
    history.cohort = cohorts_.enter(return_model::class_of(of)) & block_history::cohort_max;
  }

  void enter(block_slot slot, const return_model::traits& of) {
    auto& history = places_.at(slot).history;
    const bool leaf = history.flag;
    if (leaf)
      unlink(slot);
    enter(history, of);
    if (leaf)
      link(slot);
  }

  /// It is remembered, whether it was or not, and tracked once it is inserted.
  departed_blocks::entry* enter_absent(const block_key& key, const return_model::traits& of) {
    auto* one = departed_.find(key);
    if (one == nullptr) {
      block_history fresh;
      enter(fresh, of);
      return &departed_.add(key, fresh);
    }
    one = departed_.renew(one); // or it might be forgotten before it is inserted
    one->history.flag = 0;
    enter(one->history, of);
    return one;
  }

  void has_child(const block_key& parent) {
    if (const auto slot = find(parent); slot != no_slot) {
      if (places_.at(slot).history.flag)
        unlink(slot);
      ++places_.at(slot).children_or_behind;
    } else if (auto* absent = departed_.find(parent); absent != nullptr) {
      absent->children += absent->children < departed_blocks::children_max ? 1 : 0;
    }
  }

  /// It may have been forgotten and have come anew, and not know of this child.
  void lost_child(const block_key& parent) {
    if (const auto slot = find(parent); slot != no_slot) {
      auto& above = places_.at(slot);
      if (!above.history.flag && above.children_or_behind > 0 && --above.children_or_behind == 0)
        link(slot);
    } else if (auto* absent = departed_.find(parent); absent != nullptr && absent->children > 0) {
      --absent->children;
    }
  }

  /// Puts a block without children at the end of the leaves of its cohort.
  void link(block_slot slot) {
    auto& own = places_.at(slot);
    auto leaves = cohorts_.leaves(own.history.cohort);
    own.history.flag = 1;
    own.children_or_behind = no_slot;
    (leaves.first == no_slot ? leaves.first : places_.at(leaves.last).children_or_behind) = slot;
    leaves.last = slot;
    cohorts_.set_leaves(own.history.cohort, leaves);
  }

  /// It is the first of its queue but where blocks without parents leave in another order than deepest first, and the
  /// queue is short. After: it is no leaf, and has no children.
  void unlink(block_slot slot) {
    auto& own = places_.at(slot);
    auto leaves = cohorts_.leaves(own.history.cohort);
    auto before = no_slot;
    for (auto at = leaves.first; at != slot; at = places_.at(at).children_or_behind)
      before = at;
    (before == no_slot ? leaves.first : places_.at(before).children_or_behind) = own.children_or_behind;
    if (leaves.last == slot)
      leaves.last = before;
    own.history.flag = 0;
    own.children_or_behind = 0;
    cohorts_.set_leaves(own.history.cohort, leaves);
  }

  void forget_some() {
    while (departed_.size() > std::max(departed_part * tracked_, departed_min))
      cohorts_.forgotten(departed_.take_first().history.cohort);
  }

  const block_names* names_ = nullptr;
  cohorts cohorts_;
  lru_rival rival_;
  std::size_t tracked_ = 0;
  by_slot<place> places_;
  departed_blocks departed_;
  std::vector<block_slot> slots_; ///< of a chain: kept so that it need not be allocated
};

} // namespace

std::unique_ptr<eviction_policy> make_conversation_policy() { return std::make_unique<conversation_policy>(); }

} // namespace hearth::storage
