#include "tests/bench/figures.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::bench {

namespace {

const cell_outcome* cell_of(const run_outcome::row& row, std::uint64_t block_bytes) {
  const auto found = row.cells.find(block_bytes);
  return found == row.cells.end() ? nullptr : &found->second;
}

std::optional<double> median_of(std::vector<double> values) {
  return values.empty() ? std::nullopt : std::optional{spread_of(std::move(values)).median};
}

} // namespace

spread spread_of(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  const auto median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

std::optional<spread> figure(const cell_outcome& cell, const std::string& name) {
  std::vector<double> values;
  for (const auto& repetition : cell.repetitions)
    if (const auto found = repetition.find(name); found != repetition.end())
      values.push_back(found->second);
  return values.empty() ? std::nullopt : std::optional{spread_of(std::move(values))};
}

std::optional<double> limit(const run_outcome& run, std::uint64_t block_bytes, std::size_t repetition,
                            const std::string& name) {
  std::optional<double> most;
  for (const auto& row : run.rows) {
    const auto* cell = cell_of(row, block_bytes);
    if (!row.is_limit || cell == nullptr || repetition >= cell->repetitions.size())
      continue;
    const auto& found = cell->repetitions[repetition];
    if (const auto value = found.find(name); value != found.end())
      most = std::max(most.value_or(value->second), value->second);
  }
  return most;
}

std::optional<double> limit(const run_outcome& run, std::uint64_t block_bytes, const std::string& name) {
  std::vector<double> limits;
  for (std::size_t i = 0; const auto found = limit(run, block_bytes, i, name); ++i)
    limits.push_back(*found);
  return median_of(std::move(limits));
}

std::optional<double> ratio(const run_outcome& run, const run_outcome::row& row, std::uint64_t block_bytes,
                            const std::string& name) {
  std::vector<double> ratios;
  const auto* cell = cell_of(row, block_bytes);
  for (std::size_t i = 0; cell != nullptr && i < cell->repetitions.size(); ++i) {
    const auto value = cell->repetitions[i].find(name);
    const auto most = limit(run, block_bytes, i, name);
    if (value != cell->repetitions[i].end() && most && *most > 0)
      ratios.push_back(value->second / *most);
  }
  return median_of(std::move(ratios));
}

} // namespace hearth::bench
