#pragma once

#include <cstdint>

namespace hearth::storage {

/// Limits on the bytes written to a disk that wears out. 0: no limit.
struct write_budget_config {
  std::uint64_t bytes_per_second = 0;
  std::uint64_t bytes_per_day = 0; ///< in any 24 hours at most twice that: the saved tokens plus the new ones
  std::uint64_t burst_bytes = 0;   ///< bytes that may be written at once with `bytes_per_second`; 0: 10 s worth
};

/// Priority of a write. When the budget runs low, the lowest is refused first.
enum class write_worth : std::uint8_t {
  untouched, ///< the block has not been requested since it was put
  asked,     ///< the block has been requested
};

/// Write budget: two token buckets, one for the rate and one for the day; both start full. A quarter of each is
/// reserved for blocks that were requested. A write larger than a bucket is allowed when the bucket is full; the bucket
/// then owes the rest. Times are in ns of any clock that does not run backwards. Threads: one at a time. Errors: none.
class write_budget {
public:
  write_budget(const write_budget_config& config, std::int64_t now_ns);

  /// Whether `bytes` of this priority may be written now.
  [[nodiscard]] bool allows(std::uint64_t bytes, write_worth worth, std::int64_t now_ns);

  /// Takes the tokens of a write that starts now.
  void take(std::uint64_t bytes);

private:
  struct bucket {
    double capacity = 0; ///< bytes; 0: no limit
    double per_ns = 0;
    double level = 0;

    bucket(double capacity, double per_second);
    void fill(double ns);
    [[nodiscard]] bool allows(double bytes, double kept) const;
  };

  bucket rate_;
  bucket day_;
  std::int64_t filled_ns_;
};

} // namespace hearth::storage
