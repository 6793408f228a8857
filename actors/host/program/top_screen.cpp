#include "actors/host/program/top_screen.hpp"

#include "actors/host/program/printable.hpp"
#include "stats/columns.hpp"
#include "stats/units.hpp"

#include <algorithm>
#include <cassert>

namespace hearth {

using stats::amount;
using stats::format_bytes;
using stats::format_share;
using stats::snapshot;

namespace {

/// Growth of counters between two snapshots, and the time in which they grew.
struct span_of_time {
  stats::figure_values grown{};
  std::uint64_t ms = 0;

  [[nodiscard]] std::uint64_t of(std::string_view path) const { return grown[stats::figure_index(path)]; }
  [[nodiscard]] std::uint64_t a_second(std::uint64_t growth) const { return ms == 0 ? 0 : growth * 1000 / ms; }
  [[nodiscard]] std::string blocks_a_second(std::string_view path) const {
    return std::to_string(a_second(of(std::string{path} + ".blocks")));
  }
  [[nodiscard]] std::string bytes_a_second(std::string_view path) const {
    return format_bytes(a_second(of(std::string{path} + ".bytes"))) + "/s";
  }
};

span_of_time between(const snapshot& earlier, const snapshot& now) {
  if (now.time_ms <= earlier.time_ms)
    return {now.whole.recent.grown[0].grown, now.whole.recent.grown[0].ms};
  return {stats::growth(values_of(earlier.whole.counters, earlier.whole.gauges),
                        values_of(now.whole.counters, now.whole.gauges)),
          static_cast<std::uint64_t>(now.time_ms - earlier.time_ms)};
}

/// "[#####.....]  52.0 %": how full a tier is.
std::string fill_bar(std::uint64_t used, std::uint64_t limit) {
  constexpr std::size_t cells = 20;
  const auto filled = limit == 0 ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(used * cells / limit, cells));
  return "[" + std::string(filled, '#') + std::string(cells - filled, '.') + "]";
}

std::string first_line(const snapshot& now) {
  const auto state = health_of(now);
  const std::string name{to_string(state.status)};
  return "hearth  " + name + (state.reasons.empty() ? "" : ": " + state.reasons.front().text);
}

std::string tiers_text(const snapshot& now) {
  const auto& level = now.whole.gauges;
  stats::columns table;
  const auto line = [&](std::string name, std::uint64_t blocks, std::uint64_t used, std::uint64_t limit) {
    table.row({std::move(name), std::to_string(blocks), format_bytes(used), format_bytes(limit),
               format_share(used, limit), fill_bar(used, limit)});
  };
  table.row({"tier", "blocks", "used", "limit", "full", ""});
  line("hot", level.hot.blocks, level.hot.bytes, level.hot_cache_max_bytes);
  line("cold, " + std::string{to_string(level.cold_state)}, level.cold.blocks, level.total_size_bytes,
       level.max_size_bytes);
  table.row({"writer queue", std::to_string(level.queue.blocks), format_bytes(level.queue.bytes),
             format_bytes(level.writer_queue_max_bytes),
             format_share(level.queue.blocks, level.writer_queue_max_blocks),
             fill_bar(level.queue.blocks, level.writer_queue_max_blocks)});
  table.row({"dirty", std::to_string(level.dirty.blocks), format_bytes(level.dirty.bytes)});
  return table.text();
}

std::string gets_text(const snapshot& now, const span_of_time& time) {
  const auto hot = time.of("hot_cache_hits"), pending = time.of("pending_hits"), cold = time.of("cold_hits");
  const auto asked = hot + pending + cold + time.of("misses");
  const auto& total = now.whole.counters;
  const auto all = total.hits() + total.misses;
  stats::columns table;
  table.row({"gets", "a second", "share", "in all", "share"});
  const auto line = [&](const char* name, std::uint64_t grown, std::uint64_t in_all) {
    table.row({name, std::to_string(time.a_second(grown)), format_share(grown, asked), std::to_string(in_all),
               format_share(in_all, all)});
  };
  line("hot", hot, total.hot_cache_hits);
  line("pending", pending, total.pending_hits);
  line("cold", cold, total.cold_hits);
  line("misses", time.of("misses"), total.misses);
  return table.text();
}

std::string writes_text(const snapshot& now, const span_of_time& time) {
  const auto parts = now.whole.counters.ledger.parts();
  stats::columns table;
  table.row({"writes", "blocks/s", "bytes/s", "blocks in all"});
  const auto line = [&](const std::string& name, const std::string& path, const amount& in_all) {
    table.row({name, time.blocks_a_second(path), time.bytes_a_second(path), std::to_string(in_all.blocks)});
  };
  line("offered", "ledger.offered", parts.offered);
  line("persisted", "ledger.persisted", parts.persisted);
  for (std::size_t i = 0; i < stats::drop_reasons; ++i) {
    const std::string reason{to_string(static_cast<stats::drop_reason>(i))};
    if (parts.dropped[i].blocks > 0)
      line("dropped: " + reason, "ledger.dropped." + reason, parts.dropped[i]);
  }
  for (std::size_t i = 0; i < stats::fail_reasons; ++i) {
    const std::string reason{to_string(static_cast<stats::fail_reason>(i))};
    if (parts.failed[i].blocks > 0)
      line("failed: " + reason, "ledger.failed." + reason, parts.failed[i]);
  }
  if (now.whole.counters.lost.blocks > 0)
    line("lost", "lost", now.whole.counters.lost);
  return table.text();
}

std::string namespaces_text(const snapshot& now) {
  stats::columns table;
  table.row({"namespace", "hot", "cold", "hits", "misses", "dropped"});
  for (const auto& [name, part] : now.namespaces)
    table.row({printable(name).substr(0, 24), std::to_string(part.gauges.hot.blocks),
               std::to_string(part.gauges.cold.blocks),
               format_share(part.counters.hits(), part.counters.hits() + part.counters.misses),
               std::to_string(part.counters.misses), std::to_string(part.counters.ledger.dropped().blocks)});
  return table.text();
}

} // namespace

std::vector<std::string> top_screen(const snapshot& earlier, const snapshot& now, std::size_t width,
                                    std::size_t height) {
  assert(width >= 40 && height >= 12);
  const auto time = between(earlier, now);
  auto first = first_line(now);
  if (first.size() > width) // the reason goes on in a second line, from the last space that fits
    if (const auto space = first.rfind(' ', width); space != std::string::npos && space > width / 2)
      first[space] = '\n';
  const auto text = first + "\n\n" + tiers_text(now) + '\n' + gets_text(now, time) + '\n' + writes_text(now, time) +
                    '\n' + (now.namespaces.size() > 1 ? namespaces_text(now) : "");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size() && lines.size() < height;) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, std::min(end - at, width)));
    at = end + 1;
  }
  return lines;
}

} // namespace hearth
