#include "stats/columns.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace hearth::stats {

void columns::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string columns::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string format_fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string format_share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0)
    return "-";
  char digits[32];
  // The share is for display only: a double is exact enough for one decimal.
  std::snprintf(digits, sizeof(digits), "%.1f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return digits;
}

} // namespace hearth::stats
