#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hearth::stats {

/// Text table: rows in aligned columns, two spaces apart; the first column flush left, the others flush right. Threads:
/// one owner. Errors: none.
class columns {
public:
  void row(std::vector<std::string> cells);

  /// All rows, each ending with '\n', without trailing spaces.
  [[nodiscard]] std::string text() const;

private:
  std::vector<std::vector<std::string>> rows_;
};

/// `value` with this many decimals, 0 to 9, e.g. "3.14". Pre: finite, below 1e18.
[[nodiscard]] std::string format_fixed(double value, int decimals);

/// `part` of `whole` in per cent with one decimal, rounded half up, e.g. "36.6 %"; "-" if `whole` is 0.
[[nodiscard]] std::string format_share(std::uint64_t part, std::uint64_t whole);

} // namespace hearth::stats
