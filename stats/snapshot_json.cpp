#include "stats/json_reader.hpp"
#include "stats/json_writer.hpp"
#include "stats/snapshot.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace hearth::stats {

namespace {

constexpr std::uint64_t version = 1;

/// Writer with the reader's calls: one member list serves writing and reading, so both have the same members.
class member_writer {
public:
  explicit member_writer(json_writer& json) : json_(json) {}

  void integer(std::string_view name, std::uint64_t value) { json_.integer(name, value); }
  void text(std::string_view name, const std::string& value) { json_.text(name, value); }
  template <class Members>
  void object(std::string_view name, Members&& members) {
    json_.object(name, members);
  }
  void refuse(std::string_view, std::string_view) {} ///< a snapshot in memory is consistent
  void unless_zero(std::string_view name, std::uint64_t& value) {
    if (value != 0)
      integer(name, value);
  }

private:
  json_writer& json_;
};

/// Whether to visit a member that was added to version 1 later: earlier texts lack it.
bool is_there(member_writer&, std::string_view) { return true; }
bool is_there(json_reader& json, std::string_view name) { return json.has(name); }

template <class Json>
void amount_member(Json& json, std::string_view name, amount& item) {
  json.object(name, [&] {
    json.integer("blocks", item.blocks);
    json.integer("bytes", item.bytes);
  });
}

std::string text_of(const amount& item) {
  return std::to_string(item.blocks) + " blocks (" + std::to_string(item.bytes) + " bytes)";
}

template <class Json>
void ledger_member(Json& json, ledger& item) {
  auto parts = item.parts();
  json.object("ledger", [&] {
    amount_member(json, "offered", parts.offered);
    amount_member(json, "persisted", parts.persisted);
    amount_member(json, "pending", parts.pending);
    amount_member(json, "cancelled", parts.cancelled);
    json.object("dropped", [&] {
      for (std::size_t i = 0; i < drop_reasons; ++i)
        amount_member(json, to_string(static_cast<drop_reason>(i)), parts.dropped[i]);
    });
    json.object("failed", [&] {
      for (std::size_t i = 0; i < fail_reasons; ++i)
        amount_member(json, to_string(static_cast<fail_reason>(i)), parts.failed[i]);
    });
  });
  if (const auto restored = ledger::restore(parts))
    item = *restored;
  else
    json.refuse("ledger", "not balanced: " + text_of(parts.offered) + " offered, " + text_of(parts.accounted()) +
                              " accounted for");
}

/// Writes or reads a derived member. `check` compares the value read with the one computed from the members it sums up.
class derived {
public:
  template <class Json>
  derived(Json& json, std::string name, std::uint64_t computed) : name_(std::move(name)), said_(computed) {
    json.integer(name_, said_);
  }

  template <class Json>
  void check(Json& json, std::uint64_t computed) const {
    if (said_ != computed)
      json.refuse(name_, "found " + std::to_string(said_) + ", its parts add up to " + std::to_string(computed));
  }

private:
  std::string name_;
  std::uint64_t said_;
};

template <class Json>
void cold_state_member(Json& json, cold_state& item) {
  std::string name{to_string(item)};
  json.text("cold_state", name);
  for (const auto state : {cold_state::none, cold_state::attached, cold_state::detached})
    if (name == to_string(state)) {
      item = state;
      return;
    }
  json.refuse("cold_state", "expected none, attached or detached, found \"" + name + "\"");
}

void unless_zero(member_writer& json, std::string_view name, std::uint64_t& value) { json.unless_zero(name, value); }

void unless_zero(json_reader& json, std::string_view name, std::uint64_t& value) {
  if (json.has(name))
    json.integer(name, value);
}

/// Times by reason; a reason without a member never occurred.
template <class Json, std::size_t Count, class Reason>
void times_member(Json& json, std::string_view name, std::array<std::int64_t, Count>& times, Reason) {
  if (!is_there(json, name))
    return;
  json.object(name, [&] {
    for (std::size_t i = 0; i < Count; ++i) {
      auto ms = static_cast<std::uint64_t>(times[i]);
      unless_zero(json, to_string(static_cast<Reason>(i)), ms);
      times[i] = static_cast<std::int64_t>(ms);
    }
  });
}

template <class Json>
void recent_members(Json& json, recent_events& item) {
  times_member(json, "last_dropped_ms", item.last_dropped_ms, drop_reason{});
  times_member(json, "last_failed_ms", item.last_failed_ms, fail_reason{});
  if (!is_there(json, "recent"))
    return;
  json.object("recent", [&] {
    for (std::size_t i = 0; i < windows; ++i)
      json.object(window_names[i], [&] {
        json.integer("ms", item.grown[i].ms);
        for (std::size_t at = 0; at < figure_count; ++at)
          if (figures()[at].kind == figure_kind::counter)
            unless_zero(json, figures()[at].name, item.grown[i].grown[at]);
      });
  });
}

/// All members of one namespace or of the whole cache, in the order that SNAPSHOT.md fixes.
template <class Json>
void part_members(Json& json, snapshot_part& part) {
  auto& [count, level, recent] = part;
  ledger_member(json, count.ledger);
  const derived drops{json, "ssd_write_drops", count.ledger.ssd_write_drops()};
  json.integer("saves", count.saves);
  json.integer("loads", count.loads);
  json.integer("errors", count.errors);
  const derived hits{json, "hits", count.hits()};
  json.integer("misses", count.misses);
  json.integer("evictions", count.evictions);
  json.integer("hot_cache_hits", count.hot_cache_hits);
  json.integer("pending_hits", count.pending_hits);
  json.integer("cold_hits", count.cold_hits);
  json.integer("hot_cache_evictions", count.hot_cache_evictions);
  json.integer("hot_cache_promotions", count.hot_cache_promotions);
  json.integer("hot_cache_entries", level.hot.blocks);
  json.integer("hot_cache_size_bytes", level.hot.bytes);
  json.integer("hot_cache_max_bytes", level.hot_cache_max_bytes);
  json.integer("total_size_bytes", level.total_size_bytes);
  json.integer("max_size_bytes", level.max_size_bytes);
  json.integer("configured_max_size_bytes", level.configured_max_size_bytes);
  json.integer("num_blocks", level.cold.blocks);
  json.integer("cold_payload_bytes", level.cold.bytes);
  json.integer("writer_queue_blocks", level.queue.blocks);
  json.integer("writer_queue_bytes", level.queue.bytes);
  for (auto [name, limit] : {std::pair{"writer_queue_max_blocks", &level.writer_queue_max_blocks},
                             std::pair{"writer_queue_max_bytes", &level.writer_queue_max_bytes}})
    if (is_there(json, name))
      json.integer(name, *limit);
  json.integer("puts_rejected", count.puts_rejected);
  json.integer("recency_skipped", count.recency_skipped);
  amount_member(json, "lost", count.lost);
  amount_member(json, "dirty", level.dirty);
  amount_member(json, "synced", count.synced);
  json.integer("cold_appended_bytes", level.cold_appended_bytes);
  json.integer("cold_written_bytes", level.cold_written_bytes);
  json.integer("cold_reappended_bytes", level.cold_reappended_bytes);
  json.integer("cold_unclaimed_bytes", level.cold_unclaimed_bytes);
  cold_state_member(json, level.cold_state);
  recent_members(json, recent);
  drops.check(json, count.ledger.ssd_write_drops());
  hits.check(json, count.hits());
}

template <class Json>
void headed_part(Json& json, std::string& name_space, std::int64_t& time_ms, snapshot_part& part) {
  std::uint64_t found = version;
  json.integer("version", found);
  if (found != version)
    json.refuse("version", "expected 1, found " + std::to_string(found) + ": written by another version of hearth");
  json.text("namespace", name_space);
  auto time = static_cast<std::uint64_t>(time_ms);
  if (is_there(json, "time_ms"))
    json.integer("time_ms", time);
  time_ms = static_cast<std::int64_t>(time);
  part_members(json, part);
}

template <class Json>
void memory_member(Json& json, memory_levels& item) {
  json.object("memory", [&] {
    json.integer("budget_bytes", item.budget_bytes);
    json.integer("mapped_bytes", item.mapped_bytes);
    json.integer("in_use_bytes", item.in_use_bytes);
    json.integer("stranded_bytes", item.stranded_bytes);
    json.integer("idle_bytes", item.idle_bytes);
    json.integer("huge_page_bytes", item.huge_page_bytes);
    json.integer("pinned_bytes", item.pinned_bytes);
    json.integer("regions_mapped", item.regions_mapped);
    json.integer("regions_unmapped", item.regions_unmapped);
  });
}

/// A list of the coarse buckets, up to the last that is not empty.
void coarse_member(json_writer& json, const latency& item) {
  auto end = item.coarse.size();
  while (end > 0 && item.coarse[end - 1] == 0)
    --end;
  json.integers("coarse", std::span{item.coarse}.first(end));
}

void coarse_member(json_reader& json, latency& item) {
  std::vector<std::uint64_t> values;
  json.integers("coarse", std::numeric_limits<std::uint64_t>::max(), values);
  if (values.size() > item.coarse.size())
    json.refuse("coarse", "found " + std::to_string(values.size()) + " buckets, expected at most " +
                              std::to_string(item.coarse.size()));
  else
    std::copy(values.begin(), values.end(), item.coarse.begin());
  std::uint64_t sum = 0;
  for (const auto count : values)
    sum += count;
  if (sum != item.count)
    json.refuse("coarse", "adds up to " + std::to_string(sum) + ", expected count " + std::to_string(item.count));
}

template <class Json>
void latency_members(Json& json, latency& item) {
  json.integer("count", item.count);
  json.integer("sum_ns", item.sum_ns);
  json.integer("p50_ns", item.p50_ns);
  json.integer("p90_ns", item.p90_ns);
  json.integer("p99_ns", item.p99_ns);
  json.integer("p999_ns", item.p999_ns);
  json.integer("max_ns", item.max_ns);
}

void write_latencies(json_writer& text, std::array<latency, operations>& all) {
  member_writer json{text};
  text.object("latency", [&] {
    for (std::size_t i = 0; i < operations; ++i)
      text.object(to_string(static_cast<operation>(i)), [&] {
        latency_members(json, all[i]);
        coarse_member(text, all[i]);
      });
  });
}

/// Operations that the text lacks, and a text without any, keep their zeros: they were added later.
void read_latencies(json_reader& json, std::array<latency, operations>& all) {
  if (!json.has("latency"))
    return;
  json.object("latency", [&] {
    for (std::size_t i = 0; i < operations; ++i)
      if (const auto name = to_string(static_cast<operation>(i)); json.has(name))
        json.object(name, [&] {
          latency_members(json, all[i]);
          coarse_member(json, all[i]);
        });
  });
}

void read_namespaces(json_reader& json, snapshot& item) {
  counters sum;
  json.names("namespaces", [&](const std::string& name) {
    json.object(name, [&] {
      std::string inner;
      snapshot_part part;
      std::int64_t time_ms = 0;
      headed_part(json, inner, time_ms, part);
      if (inner != name)
        json.refuse("namespace", "expected " + name + ", found " + inner);
      sum += part.counters;
      item.namespaces.emplace(name, std::move(part));
    });
  });
  if (!item.namespaces.empty() && sum != item.whole.counters)
    json.refuse("namespaces", "their counters do not add up to those of the whole");
}

} // namespace

std::string to_json(const snapshot& item, const std::function<void(json_writer&)>& more) {
  json_writer text;
  member_writer json{text};
  auto copy = item; // the member lists need assignable members
  headed_part(json, copy.name_space, copy.time_ms, copy.whole);
  if (copy.name_space == "*")
    write_latencies(text, copy.latencies);
  if (copy.memory)
    memory_member(json, *copy.memory);
  text.object("namespaces", [&] {
    for (auto& entry : copy.namespaces)
      text.object(entry.first, [&] {
        auto name_space = entry.first;
        headed_part(json, name_space, copy.time_ms, entry.second);
      });
  });
  if (more)
    more(text);
  return text.finish();
}

std::optional<snapshot> snapshot_from_json(std::string_view text, std::string& error) {
  try {
    json_reader json{text};
    snapshot item;
    headed_part(json, item.name_space, item.time_ms, item.whole);
    read_latencies(json, item.latencies);
    if (json.has("memory"))
      memory_member(json, item.memory.emplace());
    read_namespaces(json, item);
    error = json.error();
    if (json.ok())
      return item;
  } catch (const std::exception& caught) { // out of memory, or the parser met text it should have refused
    error = std::string{"reading the snapshot failed: "} + caught.what();
  }
  return std::nullopt;
}

} // namespace hearth::stats
