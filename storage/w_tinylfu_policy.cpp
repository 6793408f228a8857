#include "storage/w_tinylfu_policy.hpp"

#include "storage/frequency_sketch.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace hearth::storage {

namespace {

class w_tinylfu_policy final : public eviction_policy {
public:
  explicit w_tinylfu_policy(std::size_t blocks) : seen_(blocks) {}

  void insert(const block_key& key, const std::optional<block_key>&) override {
    assert(!places_.contains(key));
    chosen_.reset();
    if (size() >= seen_.keys())
      seen_ = frequency_sketch{2 * seen_.keys()};
    seen_.add(key);
    auto& window = parts_[in_window];
    places_.emplace(key, place{window.insert(window.end(), key), in_window});
    while (window.size() > std::max<std::size_t>(size() / window_part, 1))
      move(at(window.front()), in_waiting);
  }

  void touch(const block_key& key) override {
    chosen_.reset();
    seen_.add(key);
    auto& where = at(key);
    move(where, where.part == in_window ? in_window : in_protected);
    const auto main = parts_[in_probation].size() + parts_[in_protected].size();
    if (parts_[in_protected].size() * 5 > main * 4)
      move(at(parts_[in_protected].front()), in_probation);
  }

  void erase(const block_key& key) override {
    chosen_.reset();
    const auto found = places_.find(key);
    assert(found != places_.end());
    parts_[found->second.part].erase(found->second.at);
    places_.erase(found);
  }

  std::optional<block_key> victim() override {
    if (!chosen_ && !places_.empty())
      chosen_ = choose();
    return chosen_;
  }

  void visit(const std::function<bool(const block_key&)>& visit) const override {
    for (const auto which : {in_probation, in_waiting, in_protected, in_window})
      for (const auto& key : parts_[which])
        if (!visit(key))
          return;
  }

  std::size_t size() const noexcept override { return places_.size(); }

private:
  static constexpr std::size_t window_part = 100; ///< of all blocks, one in so many
  static constexpr std::size_t waiting_part = 20; ///< of all blocks, at most one in so many

  /// Waiting: fell out of the window, and not compared with anybody yet.
  enum part_name : std::uint8_t { in_window, in_waiting, in_probation, in_protected };

  struct place {
    std::list<block_key>::iterator at;
    part_name part;
  };

  place& at(const block_key& key) {
    const auto found = places_.find(key);
    assert(found != places_.end());
    return found->second;
  }

  /// To the end of that part.
  void move(place& what, part_name where) {
    parts_[where].splice(parts_[where].end(), parts_[what.part], what.at);
    what.part = where;
  }

  /// Who fell out of the window while the tier had room for it needs to beat nobody.
  block_key choose() {
    auto& waiting = parts_[in_waiting];
    while (waiting.size() > std::max<std::size_t>(size() / waiting_part, 1))
      move(at(waiting.front()), in_probation);
    for (const auto main : {in_probation, in_protected})
      if (!parts_[main].empty())
        return waiting.empty() ? parts_[main].front() : rarer(waiting.front(), parts_[main].front());
    return waiting.empty() ? parts_[in_window].front() : waiting.front();
  }

  /// The newcomer, unless it was seen more often: then it is one of the main part from here on.
  block_key rarer(const block_key& newcomer, const block_key& oldest) {
    if (seen_.count(newcomer) <= seen_.count(oldest))
      return newcomer;
    const auto loser = oldest;
    move(at(newcomer), in_probation);
    return loser;
  }

  frequency_sketch seen_;
  std::array<std::list<block_key>, 4> parts_; ///< by `part_name`, least recently used first
  std::unordered_map<block_key, place, block_key_hash> places_;
  std::optional<block_key> chosen_; ///< the victim until something changes
};

} // namespace

std::unique_ptr<eviction_policy> make_w_tinylfu_policy(std::size_t blocks) {
  return std::make_unique<w_tinylfu_policy>(blocks);
}

} // namespace hearth::storage
