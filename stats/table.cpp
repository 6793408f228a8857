#include "stats/table.hpp"

#include "stats/columns.hpp"
#include "stats/units.hpp"

namespace hearth::stats {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string tiers(const gauges& level) {
  columns table;
  table.row({"tier", "blocks", "used", "limit", "full"});
  table.row({"hot", number(level.hot.blocks), format_bytes(level.hot.bytes), format_bytes(level.hot_cache_max_bytes),
             format_share(level.hot.bytes, level.hot_cache_max_bytes)});
  table.row({"  dirty", number(level.dirty.blocks), format_bytes(level.dirty.bytes)});
  table.row({"writer queue", number(level.queue.blocks), format_bytes(level.queue.bytes),
             level.writer_queue_max_bytes > 0 ? format_bytes(level.writer_queue_max_bytes) : "",
             level.writer_queue_max_blocks > 0 ? format_share(level.queue.blocks, level.writer_queue_max_blocks) : ""});
  const auto cold =
      level.cold_state == cold_state::none ? std::string{"cold"} : "cold, " + std::string{to_string(level.cold_state)};
  table.row({cold, number(level.cold.blocks), format_bytes(level.total_size_bytes), format_bytes(level.max_size_bytes),
             format_share(level.total_size_bytes, level.max_size_bytes)});
  if (level.cold_unclaimed_bytes > 0)
    table.row({"  unclaimed", "", format_bytes(level.cold_unclaimed_bytes)});
  return table.text();
}

std::string memory(const memory_levels& level) {
  columns table;
  const auto line = [&](const char* name, std::uint64_t bytes) {
    table.row({name, format_bytes(bytes), format_share(bytes, level.mapped_bytes)});
  };
  table.row({"memory of the process", "size", "share"});
  line("buffers", level.in_use_bytes);
  line("free beside them", level.stranded_bytes);
  line("idle", level.idle_bytes);
  line("= mapped", level.mapped_bytes);
  line("  huge pages", level.huge_page_bytes);
  line("  pinned", level.pinned_bytes);
  table.row({"budget", format_bytes(level.budget_bytes)});
  return table.text();
}

std::string gets(const counters& count) {
  const auto asked = count.hits() + count.misses;
  const auto line = [&](const char* name, std::uint64_t blocks) {
    return std::vector<std::string>{name, number(blocks), format_share(blocks, asked)};
  };
  columns table;
  table.row({"gets", "blocks", "share"});
  table.row(line("hot", count.hot_cache_hits));
  table.row(line("pending", count.pending_hits));
  table.row(line("cold", count.cold_hits));
  table.row(line("= hits", count.hits()));
  table.row(line("misses", count.misses));
  table.row(line("= asked", asked));
  return table.text();
}

std::string events(const counters& count) {
  columns table;
  table.row({"events", "blocks"});
  table.row({"puts accepted", number(count.saves)});
  table.row({"puts rejected", number(count.puts_rejected)});
  table.row({"handed out", number(count.loads)});
  table.row({"hot evictions", number(count.hot_cache_evictions)});
  table.row({"hot promotions", number(count.hot_cache_promotions)});
  table.row({"cold evictions", number(count.evictions)});
  table.row({"errors", number(count.errors)});
  table.row({"lost", number(count.lost.blocks), format_bytes(count.lost.bytes)});
  return table.text();
}

/// Growth a second, with one decimal place.
std::string rate_in(const window& time, std::uint64_t growth) {
  if (time.ms == 0)
    return "-";
  const auto tenths = growth * 10'000 / time.ms;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// Rates of each counter that has grown in the longest window.
std::string rates(const recent_events& recent) {
  columns table;
  table.row({"a second, over", "1 min", "5 min", "15 min"});
  bool any = false;
  for (std::size_t at = 0; at < figure_count; ++at) {
    if (recent.grown.back().grown[at] == 0)
      continue;
    any = true;
    std::vector<std::string> cells{figures()[at].name};
    for (const auto& one : recent.grown)
      cells.push_back(rate_in(one, one.grown[at]));
    table.row(std::move(cells));
  }
  return any ? table.text() + '\n' : std::string{};
}

std::string microseconds(std::uint64_t ns) { return format_fixed(static_cast<double>(ns) / 1000, 1); }

std::string latencies_of(const snapshot& item) {
  columns table;
  table.row({"us", "count", "mean", "p50", "p90", "p99", "p99.9", "max"});
  bool any = false;
  for (std::size_t i = 0; i < operations; ++i) {
    const auto& one = item.latencies[i];
    if (one.count == 0)
      continue;
    any = true;
    table.row({std::string{to_string(static_cast<operation>(i))}, number(one.count),
               microseconds(one.sum_ns / one.count), microseconds(one.p50_ns), microseconds(one.p90_ns),
               microseconds(one.p99_ns), microseconds(one.p999_ns), microseconds(one.max_ns)});
  }
  return any ? table.text() + '\n' : std::string{};
}

/// "offered 5 = persisted 3 + pending 2 + ... -> balanced", for one member of `amount`.
std::string equation(const ledger_parts& parts, std::uint64_t amount::*member) {
  const auto side = [member](const char* name, const amount& item) { return name + (" " + number(item.*member)); };
  return side("offered", parts.offered) + " = " + side("persisted", parts.persisted) + " + " +
         side("pending", parts.pending) + " + " + side("cancelled", parts.cancelled) + " + " +
         side("dropped", parts.dropped_sum()) + " + " + side("failed", parts.failed_sum()) + " -> " +
         (parts.accounted().*member == parts.offered.*member
              ? "balanced"
              : "NOT BALANCED: accounted for " + number(parts.accounted().*member));
}

std::string ends(const ledger_parts& parts) {
  columns table;
  const auto line = [&](std::string name, const amount& item) {
    table.row({std::move(name), number(item.blocks), number(item.bytes), format_bytes(item.bytes)});
  };
  table.row({"ledger", "blocks", "bytes", "size"});
  line("offered", parts.offered);
  line("persisted", parts.persisted);
  line("pending", parts.pending);
  line("cancelled", parts.cancelled);
  line("dropped", parts.dropped_sum());
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    const auto reason = static_cast<drop_reason>(i);
    line((is_ssd_write_drop(reason) ? "* " : "  ") + std::string{to_string(reason)}, parts.dropped[i]);
  }
  line("failed", parts.failed_sum());
  for (std::size_t i = 0; i < fail_reasons; ++i)
    line("  " + std::string{to_string(static_cast<fail_reason>(i))}, parts.failed[i]);
  line("* = ssd_write_drops", parts.ssd_write_drops());
  return table.text();
}

std::string namespace_rows(const snapshot& item) {
  columns table;
  table.row({"namespace", "hot", "cold", "hits", "misses", "offered", "persisted", "pending", "cancelled", "dropped",
             "failed", "lost"});
  const auto line = [&](const std::string& name, const snapshot_part& part) {
    const auto& [count, level, recent] = part;
    const auto& parts = count.ledger.parts();
    table.row({name, number(level.hot.blocks), number(level.cold.blocks), number(count.hits()), number(count.misses),
               number(parts.offered.blocks), number(parts.persisted.blocks), number(parts.pending.blocks),
               number(parts.cancelled.blocks), number(parts.dropped_sum().blocks), number(parts.failed_sum().blocks),
               number(count.lost.blocks)});
  };
  for (const auto& [name, part] : item.namespaces)
    line(name, part);
  line("= " + item.name_space, item.whole);
  return table.text();
}

} // namespace

std::string to_table(const snapshot& item) {
  const auto& [count, level, recent] = item.whole;
  const auto& parts = count.ledger.parts();
  auto text = "namespace " + item.name_space + "\n\n" + tiers(level) + '\n' +
              (item.memory ? memory(*item.memory) + '\n' : "") + gets(count) + '\n' + events(count) + '\n' +
              rates(recent) + latencies_of(item) + ends(parts) + "\nblocks: " + equation(parts, &amount::blocks) +
              "\nbytes:  " + equation(parts, &amount::bytes) + '\n';
  if (item.namespaces.size() > 1)
    text += '\n' + namespace_rows(item);
  return text;
}

} // namespace hearth::stats
