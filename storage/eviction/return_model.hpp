#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hearth::storage {

/// Learns, per class of blocks, how likely one is to be asked for again, and when: ages are counted in requests and
/// fall into bins of half an octave. All classes share one distribution of the age at a return (a table of counts);
/// each has its own share of blocks that return at all, estimated from returns over exposure, where a block that has
/// not returned by an age, or was forgotten at it, counts as far as a return would have shown by then (as in
/// Kaplan-Meier, a cure model). Classes with few returns lean on the classes that are like them. Threads: one owner.
/// Errors: none. Everything fits in a fixed 400 KiB.
class return_model {
public:
  static constexpr std::size_t bins = 40;

  /// What is known of a block when it is asked for.
  struct traits {
    std::size_t behind = 0; ///< blocks behind it in its request
    std::size_t fresh = 0;  ///< blocks of its request that were not known before
    std::size_t known = 0;  ///< blocks of its request that were
    std::size_t asked = 1;  ///< how often it was asked for, this time included
  };

  [[nodiscard]] static std::size_t class_of(const traits& block) noexcept;
  [[nodiscard]] static std::size_t bin_of(std::uint64_t age) noexcept;
  [[nodiscard]] static std::uint64_t first_age(std::size_t bin) noexcept; ///< of the bin

  /// Blocks of a class are asked for, and wait in bin 0 from here on.
  void waits(std::size_t block_class, std::size_t blocks = 1) noexcept {
    waiting_[block_class][0] += static_cast<std::uint32_t>(blocks);
  }

  /// So many of them have grown older: from the bin before `bin` into it. Pre: `bin` is positive.
  void ages(std::size_t block_class, std::size_t bin, std::size_t blocks) noexcept;

  /// One that waited in `bin` is asked for again.
  void returns(std::size_t block_class, std::size_t bin) noexcept;

  /// One that waited in `bin` is forgotten: whether it would have returned later stays unknown.
  void forgotten(std::size_t block_class, std::size_t bin) noexcept;

  /// Draws conclusions from what was counted. Linear in classes and bins: now and then.
  void learn();

  /// Grows with every `learn`.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  /// How much a block of this class that has waited up to `bin` is worth: expected returns for each request that it is
  /// kept for, if it is kept for the best time to come (the index of Gittins and Jones, 1974).
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
  bool full_ = false;                          ///< a count is so large that one more may soon not change it
  std::array<double, bins + 1> returned_by_{}; ///< share of the returns with an age below that of the bin
  std::array<double, classes> returning_{};    ///< share of the blocks of a class that return
  histogram return_ages_{};
  std::array<count, classes> returns_{};
  std::array<std::array<std::uint32_t, bins>, classes> waiting_{}; ///< never halved: all of them leave again
  std::array<histogram, classes> forgotten_{};
};

} // namespace hearth::storage
