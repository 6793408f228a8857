#include "storage/eviction/conversation_policy.hpp"

#include "storage/eviction/cohorts.hpp"
#include "storage/eviction/departed_blocks.hpp"
#include "storage/eviction/lru_rival.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace hearth::storage {

namespace {

constexpr std::size_t departed_part = 4;     ///< departed blocks remembered per tracked block
constexpr std::size_t departed_min = 16'384; ///< lower limit of that number: small tiers have the most to learn

/// State per slot: 8 bytes. `history.flag`: the block is a leaf, in the queue of its cohort.
struct place {
  block_history history;                ///< no cohort: the slot is not tracked
  std::uint32_t children_or_behind = 0; ///< number of tracked children; for a leaf: the next leaf of its queue
};

class conversation_policy final : public eviction_policy {
public:
  void follow(const block_names& names) override { names_ = &names; }

  void asked(std::span<const block_key> chain) override {
    cohorts_.begin_request();
    slots_.clear();
    std::transform(chain.begin(), chain.end(), std::back_inserter(slots_), [&](const auto& key) { return find(key); });
    const auto known = compare(chain);
    for (auto i = chain.size(); i-- > 0;) { // the tail counts as older than the head, as with LRU
      const return_model::traits of{chain.size() - 1 - i, chain.size() - known, known, 0};
      if (slots_[i] != no_slot)
        enter(slots_[i], of);
      else
        enter_absent(chain[i], of);
    }
    forget_some();
    last_ = next_ = no_slot;
  }

  void insert(block_slot slot) override {
    const auto& key = names_->key_of(slot);
    if (departed_.find(key) == nullptr) // `asked` has not entered it
      ask_for(key);
    const auto known = departed_.take(departed_.find(key));
    row_ = slot == next_ ? row_ + 1 : 0;
    last_ = next_ = no_slot;
    places_.make(slot);
    assert(places_.at(slot).history.cohort == 0);
    places_.at(slot) = {known.history, known.children};
    places_.at(slot).history.flag = 0;
    ++tracked_;
    if (const auto& parent = names_->parent_of(slot); parent && *parent != key) {
      has_child(*parent);
      next_ = names_->find(*parent);
    }
    if (cohorts_.present(known.history.cohort))
      last_ = slot;
    else
      next_ = no_slot;
    if (places_.at(slot).children_or_behind == 0)
      link(slot);
  }

  void touch(block_slot slot) override {
    if (cohorts_.present(places_.at(slot).history.cohort)) // `asked` has entered it
      return;
    const auto& parent = names_->parent_of(slot);
    const auto above = parent ? names_->find(*parent) : no_slot;
    const bool in_row = slot == next_ || (above != no_slot && above == last_);
    if (!in_row)
      cohorts_.begin_request();
    row_ = in_row ? row_ + 1 : 0;
    enter(slot, {slot == next_ ? row_ : 0, 0, row_ + 1, 0});
    last_ = slot;
    next_ = above;
  }

  void erase(block_slot slot) override {
    const auto& key = names_->key_of(slot);
    auto& own = places_.at(slot);
    if (slot == last_ || slot == next_)
      last_ = next_ = no_slot;
    assert(own.history.cohort != 0);
    const auto history = own.history;
    const auto children = history.flag ? 0 : own.children_or_behind;
    // The parent first: a parent of the same cohort becomes a leaf before this leaf is removed. The cohort is then
    // never without a leaf, and keeps its place in the list.
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
    auto oldest = no_slot; // no leaf at all: the parents of blocks form a cycle
    visit([&](block_slot slot) {
      oldest = slot;
      return false;
    });
    return oldest;
  }

  void visit(const std::function<bool(block_slot)>& visit) const override {
    std::vector<std::pair<std::uint32_t, block_slot>> all; // first: number of the cohort, later its rank by age
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
  /// The slot of the block; `no_slot` if the block is not tracked.
  block_slot find(const block_key& key) const noexcept {
    const auto slot = names_->find(key);
    return slot < places_.end() && places_.at(slot).history.cohort != 0 ? slot : no_slot;
  }

  /// Returns the length of the longest leading run of known blocks (tracked or remembered); `slots_` has the slots of
  /// the chain. Tells the rival how many blocks of the chain are usable, and how many would be usable with LRU.
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

  /// Makes the block part of the current request.
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

  /// Enters a block that is not tracked into the current request, and remembers it. An insert makes the block tracked.
  void enter_absent(const block_key& key, const return_model::traits& of) {
    auto* one = departed_.find(key);
    if (one == nullptr) {
      block_history fresh;
      enter(fresh, of);
      departed_.add(key, fresh);
      return;
    }
    one = departed_.renew(one); // an entry in the older half could be forgotten before its block is inserted
    one->history.flag = 0;
    enter(one->history, of);
  }

  /// Handles a block that is inserted without a request. The block and its unknown ancestors continue the current
  /// request if the topmost of them is a child of that request's last block; otherwise they begin a new request.
  void ask_for(const block_key& key) {
    find_unknown(key);
    const auto top = names_->find(*keys_.back());
    const auto& parent = names_->parent_of(top);
    const bool in_row = last_ != no_slot && parent && names_->find(*parent) == last_;
    if (!in_row)
      cohorts_.begin_request();
    remember_unknown({0, keys_.size(), in_row ? row_ + 1 : 0, 0});
  }

  /// Collects in `keys_` an unknown block and its unknown ancestors, as far as `names_` has their names. When the
  /// hot tier inserts a chain here, deepest block first, the names of the whole chain are known already.
  void find_unknown(const block_key& deepest) {
    keys_.clear();
    // Ends the search if the parents form a cycle (cycle detection: Brent, BIT 20, 1980).
    const auto* mark = &deepest;
    for (const auto* key = &deepest; key != nullptr && departed_.find(*key) == nullptr; key = unknown_above(*key)) {
      if (!keys_.empty() && *key == *mark)
        break;
      keys_.push_back(key);
      if (std::has_single_bit(keys_.size()))
        mark = key;
    }
  }

  /// Enters `keys_` into the current request; `of` has the features of the deepest block.
  void remember_unknown(return_model::traits of) {
    for (const auto* key : keys_) {
      enter_absent(*key, of);
      ++of.behind;
    }
  }

  /// The parent of a block if `names_` has both and the parent is not tracked; otherwise nullptr.
  const block_key* unknown_above(const block_key& key) const {
    const auto slot = names_->find(key);
    if (slot == no_slot)
      return nullptr;
    const auto& parent = names_->parent_of(slot);
    return parent && names_->find(*parent) != no_slot && find(*parent) == no_slot ? &*parent : nullptr;
  }

  /// Counts a child of `parent`. A parent that is not known is remembered, because it may be inserted next.
  void has_child(const block_key& parent) {
    if (const auto slot = find(parent); slot != no_slot) {
      if (places_.at(slot).history.flag)
        unlink(slot);
      ++places_.at(slot).children_or_behind;
      return;
    }
    if (departed_.find(parent) == nullptr) {
      find_unknown(parent);
      remember_unknown({row_ + 1, row_ + 1 + keys_.size(), 0, 0});
    }
    auto* absent = departed_.find(parent);
    absent->children += absent->children < departed_blocks::children_max ? 1 : 0;
  }

  /// Uncounts a child of `parent`. The count can be 0: a parent that was forgotten and inserted again does not count
  /// this child.
  void lost_child(const block_key& parent) {
    if (const auto slot = find(parent); slot != no_slot) {
      auto& above = places_.at(slot);
      if (!above.history.flag && above.children_or_behind > 0 && --above.children_or_behind == 0)
        link(slot);
    } else if (auto* absent = departed_.find(parent); absent != nullptr && absent->children > 0) {
      --absent->children;
    }
  }

  /// Appends a block without children to the leaves of its cohort.
  void link(block_slot slot) {
    auto& own = places_.at(slot);
    auto leaves = cohorts_.leaves(own.history.cohort);
    own.history.flag = 1;
    own.children_or_behind = no_slot;
    (leaves.first == no_slot ? leaves.first : places_.at(leaves.last).children_or_behind) = slot;
    leaves.last = slot;
    cohorts_.set_leaves(own.history.cohort, leaves);
  }

  /// Removes a leaf from the queue of its cohort. Usually the leaf is the first of the queue. If not, the search is
  /// short: a queue has at most `cohorts::blocks_max` leaves. After: the block is not a leaf, and has no children.
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
  block_slot last_ = no_slot;          ///< last inserted or touched block, if it belongs to the current request
  block_slot next_ = no_slot;          ///< parent of `last_`: if it comes next, it belongs to the same request
  std::size_t row_ = 0;                ///< blocks of the chain that came in sequence before `last_`
  std::vector<block_slot> slots_;      ///< slots of a chain; kept to avoid allocations
  std::vector<const block_key*> keys_; ///< keys of a chain; kept to avoid allocations
};

} // namespace

std::unique_ptr<eviction_policy> make_conversation_policy() { return std::make_unique<conversation_policy>(); }

} // namespace hearth::storage
