#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::storage {

/// Frequency of keys in recent use, in bounded memory: a count-min sketch (Cormode, Muthukrishnan 2005). Its counters
/// stop at 15. All counters are halved when the number of additions reaches ten times the expected number of keys, as
/// in TinyLFU (Einziger, Friedman, Manes, ACM ToS 2017). A count is never less than the true count since the last
/// halving, up to 15. Threads: one owner. Errors: std::bad_alloc only.
class frequency_sketch {
public:
  /// For about `keys` different keys at a time, 16 to 32 bytes each. Pre: positive.
  explicit frequency_sketch(std::size_t keys);

  void add(const block_key& key);

  [[nodiscard]] std::uint8_t count(const block_key& key) const;

  [[nodiscard]] std::size_t keys() const noexcept { return keys_; }

private:
  static constexpr std::size_t rows = 4;
  static constexpr std::size_t counters_per_key = 4; ///< per row, as in Caffeine
  static constexpr std::uint8_t count_max = 15;

  [[nodiscard]] std::size_t slot(const block_key& key, std::size_t row) const;

  std::size_t keys_;
  std::size_t width_; ///< counters per row, a power of two
  std::uint64_t added_ = 0;
  std::vector<std::uint8_t> counters_;
};

} // namespace hearth::storage
