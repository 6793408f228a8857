#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hearth::storage {

/// Return model: learns, per class of blocks, the probability that a block is requested again, and when. Ages are
/// counted in requests and grouped into bins of half an octave. All classes share one distribution of the age at return
/// (a table of counts). Each class has its own return probability: its returns divided by its exposure. A returned
/// block adds 1 to the exposure. A block that has not returned by some age, or was forgotten at that age, adds less:
/// the probability that a returning block has returned by that age (a cure model, censored as in Kaplan-Meier). Classes
/// with few returns borrow from similar classes. Threads: one owner. Errors: none. Memory: a fixed 250 KiB.
class return_model {
public:
  static constexpr std::size_t bins = 40;

  /// Features of a block at the moment it is requested.
  struct traits {
    std::size_t behind = 0; ///< blocks after it in its request
    std::size_t fresh = 0;  ///< blocks of its request that were not known before
    std::size_t known = 0;  ///< blocks of its request that were known before
    std::size_t asked = 1;  ///< number of requests for it, this one included
  };

  [[nodiscard]] static std::size_t class_of(const traits& block) noexcept;
  [[nodiscard]] static std::size_t bin_of(std::uint64_t age) noexcept;
  [[nodiscard]] static std::uint64_t first_age(std::size_t bin) noexcept; ///< first age of the bin, in requests

  /// Blocks of this class are requested: from now on they wait in bin 0.
  void waits(std::size_t block_class, std::size_t blocks = 1) noexcept {
    waiting_[block_class][0] += static_cast<std::uint32_t>(blocks);
  }

  /// `blocks` blocks of this class have aged from the bin before `bin` into `bin`. Pre: `bin` is positive.
  void ages(std::size_t block_class, std::size_t bin, std::size_t blocks) noexcept;

  /// A block that waited in `bin` is requested again.
  void returns(std::size_t block_class, std::size_t bin) noexcept;

  /// A block that waited in `bin` is forgotten (censored): the model does not learn whether the block would have
  /// returned.
  void forgotten(std::size_t block_class, std::size_t bin) noexcept;

  /// Recomputes the model from the counts. Cost: linear in classes and bins; call it rarely.
  void learn();

  /// Number of `learn` calls so far.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  /// Value of a block of this class that has waited up to `bin`: expected returns, divided by the number of requests
  /// for which the block is kept, at the best time to stop keeping it (Gittins index; Gittins and Jones, 1974).
  [[nodiscard]] double worth(std::size_t block_class, std::size_t bin) const noexcept;

private:
  static constexpr std::size_t behind_kinds = 4;
  static constexpr std::size_t fresh_kinds = 8;
  static constexpr std::size_t known_kinds = 6;
  static constexpr std::size_t asked_kinds = 4;

public:
  static constexpr std::size_t classes = behind_kinds * fresh_kinds * known_kinds * asked_kinds;

private:
  using count = float; ///< exact up to 2^24
  using histogram = std::array<count, bins>;
  struct evidence {
    double returns = 0;
    double exposure = 0;
  };

  [[nodiscard]] evidence evidence_of(std::size_t block_class) const noexcept;
  void forget_half() noexcept;

  std::uint64_t epoch_ = 0;
  bool full_ = false;                          ///< a count is so large that a float may soon not count by one
  std::array<double, bins + 1> returned_by_{}; ///< share of the returns that are younger than the bin
  std::array<double, classes> returning_{};    ///< return probability of each class
  histogram return_ages_{};
  std::array<count, classes> returns_{};
  /// waiting blocks; never halved, because every block that is added is also removed
  std::array<std::array<std::uint32_t, bins>, classes> waiting_{};
  std::array<histogram, classes> forgotten_{};
};

} // namespace hearth::storage
