#include "stats/history.hpp"

#include "stats/json_writer.hpp"

#include <algorithm>

namespace hearth::stats {

std::string to_json(const history& item) {
  json_writer json{json_writer::layout::one_line};
  json.integer("version", 1);
  json.integer("step_ms", static_cast<std::uint64_t>(item.step_ms));
  std::vector<std::uint64_t> column(item.end_ms.begin(), item.end_ms.end());
  json.integers("time_ms", column);
  const auto columns = [&](figure_kind kind) {
    for (std::size_t i = 0; i < figure_count; ++i) {
      if (figures()[i].kind != kind)
        continue;
      column.clear();
      for (const auto& step : item.values)
        column.push_back(step[i]);
      if (std::any_of(column.begin(), column.end(), [](std::uint64_t value) { return value > 0; }))
        json.integers(figures()[i].name, column);
    }
  };
  json.object("counters", [&] { columns(figure_kind::counter); });
  json.object("levels", [&] { columns(figure_kind::level); });
  return json.finish();
}

} // namespace hearth::stats
