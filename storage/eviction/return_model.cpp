#include "storage/eviction/return_model.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

namespace hearth::storage {

namespace {

/// Weight of the prior, in blocks: each class counts as if it had this many more blocks that behave like similar
/// classes.
constexpr double prior_blocks = 5;

/// Returns at which all counts are halved, because conversations change.
constexpr double returns_max = 500'000;

/// Forgotten blocks of one class in one bin at which all counts are halved.
constexpr float forgotten_max = 1 << 23;

/// Logarithmic kind of a number: 0, 1, 2 to 3, 4 to 7, ... become 0, 1, 2, 3, ..., at most `kinds - 1`.
std::size_t octave(std::size_t number, std::size_t kinds) noexcept {
  return std::min<std::size_t>(std::bit_width(number), kinds - 1);
}

/// Smoothing, so that few samples do not create spurious peaks: half of each bin goes to its neighbours. The sum stays.
template <class Histogram>
Histogram smoothed(const Histogram& counts) noexcept {
  Histogram smooth{};
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    smooth[bin > 0 ? bin - 1 : bin] += counts[bin] / 4;
    smooth[bin] += counts[bin] / 2;
    smooth[bin + 1 < counts.size() ? bin + 1 : bin] += counts[bin] / 4;
  }
  return smooth;
}

double first_age_of(std::size_t bin) noexcept { return std::exp2(static_cast<double>(bin) / 2); }

/// Width of each bin, in requests.
const std::array<double, return_model::bins> widths = [] {
  std::array<double, return_model::bins> all{};
  for (std::size_t bin = 0; bin < all.size(); ++bin)
    all[bin] = first_age_of(bin + 1) - first_age_of(bin);
  return all;
}();

} // namespace

std::size_t return_model::class_of(const traits& block) noexcept {
  const auto behind = block.behind == 0 ? 0u : block.behind < 4 ? 1u : block.behind < 16 ? 2u : 3u;
  auto number = behind * fresh_kinds + octave(block.fresh, fresh_kinds);
  number = number * known_kinds + octave(block.known, known_kinds);
  return number * asked_kinds + std::clamp<std::size_t>(block.asked, 1, asked_kinds) - 1;
}

std::size_t return_model::bin_of(std::uint64_t age) noexcept {
  if (age < 2)
    return 0;
  auto bin = 2 * (static_cast<std::size_t>(std::bit_width(age)) - 1);
  bin += age >= first_age(bin + 1) ? 1 : 0;
  return std::min(bin, bins - 1);
}

std::uint64_t return_model::first_age(std::size_t bin) noexcept {
  return static_cast<std::uint64_t>(std::ceil(first_age_of(bin)));
}

void return_model::ages(std::size_t block_class, std::size_t bin, std::size_t blocks) noexcept {
  waiting_[block_class][bin - 1] -= static_cast<std::uint32_t>(blocks);
  waiting_[block_class][bin] += static_cast<std::uint32_t>(blocks);
}

void return_model::returns(std::size_t block_class, std::size_t bin) noexcept {
  --waiting_[block_class][bin];
  ++returns_[block_class];
  ++return_ages_[bin];
}

void return_model::forgotten(std::size_t block_class, std::size_t bin) noexcept {
  --waiting_[block_class][bin];
  full_ = ++forgotten_[block_class][bin] > forgotten_max || full_;
}

return_model::evidence return_model::evidence_of(std::size_t block_class) const noexcept {
  evidence found{returns_[block_class], returns_[block_class]};
  for (std::size_t bin = 0; bin < bins; ++bin)
    found.exposure += (double{forgotten_[block_class][bin]} + waiting_[block_class][bin]) *
                      (returned_by_[bin] + returned_by_[bin + 1]) / 2;
  return found;
}

void return_model::forget_half() noexcept {
  full_ = false;
  for (auto& number : return_ages_)
    number /= 2;
  for (auto& number : returns_)
    number /= 2;
  for (auto& each : forgotten_)
    for (auto& number : each)
      number /= 2;
}

void return_model::learn() {
  ++epoch_;
  double returns = std::accumulate(return_ages_.begin(), return_ages_.end(), 0.0);
  if (returns > returns_max || full_) {
    forget_half();
    returns /= 2;
  }
  const auto ages = smoothed(return_ages_);
  for (std::size_t bin = 0; bin < bins; ++bin) // prior of half a return per bin: old blocks return less often
    returned_by_[bin + 1] = returned_by_[bin] + (ages[bin] + 0.5) / (returns + 0.5 * bins);
  const auto share = [](const evidence& found, double expected) {
    return (found.returns + prior_blocks * expected) / (found.exposure + prior_blocks);
  };
  std::array<evidence, classes> by_class;
  std::array<evidence, behind_kinds * fresh_kinds> by_fresh{};
  std::array<evidence, behind_kinds> by_behind{};
  evidence all;
  for (std::size_t i = 0; i < classes; ++i) {
    by_class[i] = evidence_of(i);
    const auto fresh = i / (known_kinds * asked_kinds);
    for (auto* sum : {&by_fresh[fresh], &by_behind[fresh / fresh_kinds], &all}) {
      sum->returns += by_class[i].returns;
      sum->exposure += by_class[i].exposure;
    }
  }
  const auto average = (all.returns + 1) / (all.exposure + 3);
  for (std::size_t i = 0; i < classes; ++i) {
    const auto fresh = i / (known_kinds * asked_kinds);
    const auto like_it = share(by_fresh[fresh], share(by_behind[fresh / fresh_kinds], average));
    returning_[i] = std::min(share(by_class[i], like_it), 0.999);
  }
}

double return_model::worth(std::size_t block_class, std::size_t bin) const noexcept {
  assert(epoch_ > 0);
  const auto returning = returning_[block_class];
  double kept = 0; // requests, times the share of the class's blocks that are still waiting
  double best = 0;
  for (auto next = bin; next < bins; ++next) {
    const auto still = 1 - returning * (returned_by_[next] + returned_by_[next + 1]) / 2;
    kept += widths[next] * still;
    best = std::max(best, (returned_by_[next + 1] - returned_by_[bin]) / kept);
  }
  return returning * best;
}

} // namespace hearth::storage
