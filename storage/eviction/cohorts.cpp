#include "storage/eviction/cohorts.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace hearth::storage {

namespace {

constexpr std::uint32_t requests_between_learning = 16;

/// Limit of a search, in steps. A cohort that gets a leaf again is listed by age: the search for its place starts at
/// the oldest cohort of the list. If the cohort's previous leaf left as a victim, the place is near the oldest. If the
/// place is farther away than this limit, the cohort is listed as if it were older.
constexpr int steps_max = 16;

} // namespace

cohorts::cohorts() {
  for (std::size_t bin = 0; bin < return_model::bins; ++bin)
    first_ages_[bin] = static_cast<std::uint32_t>(return_model::first_age(bin));
  all_.make(0);
  order_links_.make(0);
  model_.learn();
}

void cohorts::begin_request() {
  ++requests_;
  for (std::size_t bin = 1; bin < return_model::bins; ++bin)
    age_into(bin);
  if (requests_ % requests_between_learning > 0)
    return;
  model_.learn();
  least_place_ = places;
}

void cohorts::age_into(std::size_t bin) {
  for (auto one = oldest_in_[bin - 1]; one != 0 && age(one) >= first_ages_[bin]; one = oldest_in_[bin - 1]) {
    auto& cohort = all_.at(one);
    model_.ages(cohort.block_class, bin, cohort.blocks);
    const auto younger = order_links_.at(one).behind;
    oldest_in_[bin - 1] = younger != 0 && all_.at(younger).bin == bin - 1 ? younger : 0;
    if (oldest_in_[bin] == 0)
      oldest_in_[bin] = one;
    const bool listed = cohort.leaves.first != no_slot;
    if (listed)
      unlist(one);
    cohort.bin = static_cast<std::uint8_t>(bin);
    if (listed)
      list(one);
  }
}

cohorts::number cohorts::enter(std::size_t block_class) {
  model_.waits(block_class);
  auto one = order_.back();
  if (one == 0 || !present(one) || all_.at(one).block_class != block_class || all_.at(one).blocks == blocks_max)
    one = begin(block_class);
  ++all_.at(one).blocks;
  recent_blocks_ += all_.at(one).recent ? 1 : 0;
  return one;
}

cohorts::number cohorts::begin(std::size_t block_class) {
  const auto one = free_ != 0 ? free_ : all_.end();
  all_.make(one);
  if (one == free_)
    free_ = all_.at(one).leaves.first;
  all_.at(one) = {requests_, static_cast<std::uint16_t>(block_class), 0, 0, true, {}};
  order_.push_back(order_links_, one);
  if (oldest_in_[0] == 0)
    oldest_in_[0] = one;
  if (first_recent_ == 0)
    first_recent_ = one;
  return one;
}

void cohorts::returns(number one) {
  model_.returns(all_.at(one).block_class, all_.at(one).bin);
  leave(one);
}

void cohorts::forgotten(number one) {
  model_.forgotten(all_.at(one).block_class, all_.at(one).bin);
  leave(one);
}

void cohorts::leave(number one) {
  auto& cohort = all_.at(one);
  assert(cohort.blocks > 0);
  recent_blocks_ -= cohort.recent ? 1 : 0;
  cohort.blocks -= 1;
  if (cohort.blocks > 0)
    return;
  assert(cohort.leaves.first == no_slot);
  const auto younger = order_links_.at(one).behind;
  if (oldest_in_[cohort.bin] == one)
    oldest_in_[cohort.bin] = younger != 0 && all_.at(younger).bin == cohort.bin ? younger : 0;
  if (first_recent_ == one)
    first_recent_ = younger;
  order_.erase(order_links_, one);
  cohort.leaves.first = free_;
  free_ = one;
}

void cohorts::set_leaves(number one, leaf_queue leaves) {
  const bool listed = all_.at(one).leaves.first != no_slot;
  const bool to_list = leaves.first != no_slot;
  if (listed && !to_list)
    unlist(one);
  all_.at(one).leaves = leaves;
  if (to_list && !listed)
    list(one);
}

void cohorts::list(number one) {
  const auto place = place_of(all_.at(one));
  auto& those = with_leaves_[place];
  auto behind = no_slot;
  if (!those.empty() && age(those.back()) < age(one)) {
    behind = those.front();
    for (int steps = 0; steps < steps_max && age(behind) >= age(one); ++steps)
      behind = leaf_links_.at(behind).behind;
  }
  if (oldest_ != 0 && older(one, oldest_))
    oldest_ = one;
  if (those.empty() && least_place_ < places && less(place, least_place_))
    least_place_ = place;
  those.insert(leaf_links_, one, behind);
  listed_[place / 64] |= std::uint64_t{1} << place % 64;
}

void cohorts::unlist(number one) {
  const auto place = place_of(all_.at(one));
  with_leaves_[place].erase(leaf_links_, one);
  if (one == oldest_)
    oldest_ = 0;
  if (!with_leaves_[place].empty())
    return;
  listed_[place / 64] &= ~(std::uint64_t{1} << place % 64);
  if (place == least_place_)
    least_place_ = places;
}

float cohorts::worth_of(std::size_t place) {
  auto& [epoch, value] = worths_[place];
  if (epoch != static_cast<std::uint32_t>(model_.epoch())) {
    epoch = static_cast<std::uint32_t>(model_.epoch());
    value = static_cast<float>(model_.worth(place / return_model::bins, place % return_model::bins));
  }
  return value;
}

template <class Visit>
void cohorts::visit_places(Visit visit) const {
  for (std::size_t i = 0; i < listed_.size(); ++i)
    for (auto bits = listed_[i]; bits != 0; bits &= bits - 1)
      visit(i * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

cohorts::number cohorts::least() {
  if (least_place_ == places)
    visit_places([&](std::size_t place) {
      if (least_place_ == places || less(place, least_place_))
        least_place_ = place;
    });
  return least_place_ == places ? 0 : with_leaves_[least_place_].front();
}

bool cohorts::less(std::size_t place, std::size_t other) {
  const auto worth = worth_of(place);
  const auto than = worth_of(other);
  return worth < than || (worth == than && place < other);
}

cohorts::number cohorts::oldest() {
  if (oldest_ == 0)
    visit_places([&](std::size_t place) {
      if (const auto one = with_leaves_[place].front(); oldest_ == 0 || older(one, oldest_))
        oldest_ = one;
    });
  return oldest_;
}

/// Within one request, classes of blocks nearer to the end of the request come first.
bool cohorts::older(number one, number other) const {
  return age(one) > age(other) || (age(one) == age(other) && place_of(all_.at(one)) < place_of(all_.at(other)));
}

void cohorts::keep_recent(std::size_t blocks) {
  recent_max_ = blocks;
  for (; first_recent_ != 0; first_recent_ = order_links_.at(first_recent_).behind) {
    auto& first = all_.at(first_recent_);
    if (recent_blocks_ - first.blocks < blocks)
      break;
    recent_blocks_ -= first.blocks;
    first.recent = false;
  }
  while (recent_blocks_ < blocks) {
    const auto older = first_recent_ == 0 ? order_.back() : order_links_.at(first_recent_).before;
    if (older == 0)
      break;
    first_recent_ = older;
    all_.at(older).recent = true;
    recent_blocks_ += all_.at(older).blocks;
  }
}

double cohorts::recent_part(number one) const {
  const auto& cohort = all_.at(one);
  if (!cohort.recent)
    return 0;
  if (one != first_recent_ || recent_blocks_ <= recent_max_)
    return 1;
  return std::max(1 - static_cast<double>(recent_blocks_ - recent_max_) / cohort.blocks, 0.0);
}

} // namespace hearth::storage
