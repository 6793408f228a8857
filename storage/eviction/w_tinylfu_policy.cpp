#include "storage/eviction/w_tinylfu_policy.hpp"

#include "storage/eviction/frequency_sketch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hearth::storage {

namespace {

class w_tinylfu_policy final : public eviction_policy {
public:
  explicit w_tinylfu_policy(std::size_t blocks) : seen_(blocks) {}

  void follow(const block_names& names) override { names_ = &names; }

  void insert(block_slot slot) override {
    chosen_ = no_slot;
    if (size() >= seen_.keys())
      seen_ = frequency_sketch{2 * seen_.keys()};
    seen_.add(names_->key_of(slot));
    places_.make(slot);
    places_.at(slot) = in_window;
    auto& window = parts_[in_window];
    window.push_back(links_, slot);
    while (window.size() > std::max<std::size_t>(size() / window_part, 1))
      move(window.front(), in_waiting);
  }

  void touch(block_slot slot) override {
    chosen_ = no_slot;
    seen_.add(names_->key_of(slot));
    move(slot, places_.at(slot) == in_window ? in_window : in_protected);
    const auto main = parts_[in_probation].size() + parts_[in_protected].size();
    if (parts_[in_protected].size() * 5 > main * 4)
      move(parts_[in_protected].front(), in_probation);
  }

  void erase(block_slot slot) override {
    chosen_ = no_slot;
    parts_[places_.at(slot)].erase(links_, slot);
  }

  block_slot victim() override {
    if (chosen_ == no_slot && size() > 0)
      chosen_ = choose();
    return chosen_;
  }

  void visit(const std::function<bool(block_slot)>& visit) const override {
    for (const auto which : {in_probation, in_waiting, in_protected, in_window})
      if (!parts_[which].visit(links_, visit))
        return;
  }

  std::size_t size() const noexcept override {
    std::size_t all = 0;
    for (const auto& part : parts_)
      all += part.size();
    return all;
  }

private:
  static constexpr std::size_t window_part = 100; ///< size of the window: one block in a hundred
  static constexpr std::size_t waiting_part = 20; ///< limit of the waiting part: one block in twenty

  /// The parts. `in_waiting`: blocks that fell out of the window and have not been compared yet.
  enum part_name : std::uint8_t { in_window, in_waiting, in_probation, in_protected };

  /// Moves the block to the end of that part.
  void move(block_slot slot, part_name where) {
    auto& part = places_.at(slot);
    parts_[part].erase(links_, slot);
    parts_[where].push_back(links_, slot);
    part = where;
  }

  /// Blocks beyond the limit of the waiting part enter the main part without a comparison: they fell out of the window
  /// while the tier had room.
  block_slot choose() {
    auto& waiting = parts_[in_waiting];
    while (waiting.size() > std::max<std::size_t>(size() / waiting_part, 1))
      move(waiting.front(), in_probation);
    for (const auto main : {in_probation, in_protected})
      if (!parts_[main].empty())
        return waiting.empty() ? parts_[main].front() : rarer(waiting.front(), parts_[main].front());
    return waiting.empty() ? parts_[in_window].front() : waiting.front();
  }

  /// Returns the block that was seen less often, or the new block if both were seen equally often. If the new block was
  /// seen more often, it moves to the main part.
  block_slot rarer(block_slot newcomer, block_slot oldest) {
    if (seen_.count(names_->key_of(newcomer)) <= seen_.count(names_->key_of(oldest)))
      return newcomer;
    move(newcomer, in_probation);
    return oldest;
  }

  const block_names* names_ = nullptr;
  frequency_sketch seen_;
  slot_links links_;
  std::array<slot_list, 4> parts_; ///< by `part_name`, least recently used first
  by_slot<part_name> places_;
  block_slot chosen_ = no_slot; ///< the victim, until the next change
};

} // namespace

std::unique_ptr<eviction_policy> make_w_tinylfu_policy(std::size_t blocks) {
  return std::make_unique<w_tinylfu_policy>(blocks);
}

} // namespace hearth::storage
