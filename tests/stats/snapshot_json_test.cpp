#include "stats/json_writer.hpp"
#include "stats/latencies.hpp"
#include "stats/totals.hpp"
#include "tests/stats/random.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace hearth::stats;

namespace {

/// A small snapshot; members differ from each other where possible.
snapshot small() {
  snapshot item;
  item.name_space = "model-a";
  auto& [count, level, recent] = item.whole;
  for (int i = 0; i < 4; ++i)
    count.ledger.offer(10);
  count.ledger.persist(10);
  count.ledger.cancel(10);
  count.ledger.fail(fail_reason::no_space, 10);
  count.ledger.give_up(drop_reason::late_full, 7);
  count.saves = 21;
  count.loads = 22;
  count.errors = 23;
  count.hot_cache_hits = 1;
  count.pending_hits = 2;
  count.cold_hits = 3;
  count.misses = 24;
  count.evictions = 25;
  count.hot_cache_evictions = 26;
  count.hot_cache_promotions = 27;
  count.puts_rejected = 28;
  count.recency_skipped = 5;
  count.lost = {29, 30};
  count.synced = {1, 9};
  level.hot = {31, 32};
  level.dirty = {33, 34};
  level.cold = {35, 36};
  level.queue = {1, 10};
  level.total_size_bytes = 37;
  level.cold_appended_bytes = 40;
  level.cold_written_bytes = 41;
  level.cold_reappended_bytes = 42;
  level.cold_unclaimed_bytes = 43;
  level.cold_state = cold_state::detached;
  level.hot_cache_max_bytes = 38;
  level.writer_queue_max_blocks = 44;
  level.writer_queue_max_bytes = 45;
  level.max_size_bytes = 39;
  level.configured_max_size_bytes = std::numeric_limits<std::uint64_t>::max();
  item.time_ms = 1'700'000'000'123;
  recent.last_dropped_ms[static_cast<std::size_t>(drop_reason::late_full)] = 1'700'000'000'001;
  for (std::size_t i = 0; i < windows; ++i)
    recent.grown[i].ms = 50 + i;
  recent.grown[1].grown[0] = 44; // ledger.offered.blocks
  return item;
}

constexpr std::string_view small_text = R"({
  "version": 1,
  "namespace": "model-a",
  "time_ms": 1700000000123,
  "ledger": {
    "offered": {
      "blocks": 5,
      "bytes": 47
    },
    "persisted": {
      "blocks": 1,
      "bytes": 10
    },
    "pending": {
      "blocks": 1,
      "bytes": 10
    },
    "cancelled": {
      "blocks": 1,
      "bytes": 10
    },
    "dropped": {
      "evict_full": {
        "blocks": 0,
        "bytes": 0
      },
      "preflight_full": {
        "blocks": 0,
        "bytes": 0
      },
      "late_full": {
        "blocks": 1,
        "bytes": 7
      },
      "orphan": {
        "blocks": 0,
        "bytes": 0
      },
      "over_budget": {
        "blocks": 0,
        "bytes": 0
      },
      "too_large": {
        "blocks": 0,
        "bytes": 0
      },
      "closing": {
        "blocks": 0,
        "bytes": 0
      }
    },
    "failed": {
      "io_error": {
        "blocks": 0,
        "bytes": 0
      },
      "no_space": {
        "blocks": 1,
        "bytes": 10
      },
      "writer_died": {
        "blocks": 0,
        "bytes": 0
      }
    }
  },
  "ssd_write_drops": 1,
  "saves": 21,
  "loads": 22,
  "errors": 23,
  "hits": 6,
  "misses": 24,
  "evictions": 25,
  "hot_cache_hits": 1,
  "pending_hits": 2,
  "cold_hits": 3,
  "hot_cache_evictions": 26,
  "hot_cache_promotions": 27,
  "hot_cache_entries": 31,
  "hot_cache_size_bytes": 32,
  "hot_cache_max_bytes": 38,
  "total_size_bytes": 37,
  "max_size_bytes": 39,
  "configured_max_size_bytes": 18446744073709551615,
  "num_blocks": 35,
  "cold_payload_bytes": 36,
  "writer_queue_blocks": 1,
  "writer_queue_bytes": 10,
  "writer_queue_max_blocks": 44,
  "writer_queue_max_bytes": 45,
  "puts_rejected": 28,
  "recency_skipped": 5,
  "lost": {
    "blocks": 29,
    "bytes": 30
  },
  "dirty": {
    "blocks": 33,
    "bytes": 34
  },
  "synced": {
    "blocks": 1,
    "bytes": 9
  },
  "cold_appended_bytes": 40,
  "cold_written_bytes": 41,
  "cold_reappended_bytes": 42,
  "cold_unclaimed_bytes": 43,
  "cold_state": "detached",
  "last_dropped_ms": {
    "late_full": 1700000000001
  },
  "last_failed_ms": {},
  "recent": {
    "1m": {
      "ms": 50
    },
    "5m": {
      "ms": 51,
      "ledger.offered.blocks": 44
    },
    "15m": {
      "ms": 52
    }
  },
  "namespaces": {}
})";

/// Snapshot of a whole cache with numbers beyond 2^53, which a reader that uses double would change.
snapshot large(std::uint64_t seed) {
  random_sequence random{seed};
  const auto wide = [&] { return (random.below(1u << 29) << 31) + random.below(1u << 31); };
  std::vector<tally_entry> totals(3);
  for (auto& [count, level] : totals) {
    count.ledger.offer(wide());
    count.ledger.persist(count.ledger.pending().bytes);
    count.ledger.offer(wide());
    count.ledger.give_up(drop_reason::evict_full, wide());
    count.saves = wide();
    count.loads = wide();
    count.hot_cache_hits = wide();
    count.cold_hits = wide();
    count.lost = {wide(), wide()};
    level.hot = {wide(), wide()};
    level.cold = {wide(), wide()};
    level.total_size_bytes = wide();
  }
  gauges limits;
  limits.configured_max_size_bytes = (1ull << 53) + 1;
  return make_snapshot(totals, {}, {"default", "llama-3.1-8b/bf16", "quant {int4}"}, limits);
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string changed{text};
  const auto at = changed.find(what);
  REQUIRE(at != std::string::npos);
  return changed.replace(at, what.size(), with);
}

/// The error of the reader for `text`, which it must refuse.
std::string refusal(std::string_view text) {
  std::string error;
  CHECK_FALSE(snapshot_from_json(text, error));
  CHECK_FALSE(error.empty());
  return error;
}

} // namespace

TEST_CASE("A text from before the recent events were added is read, without them") {
  auto older = small();
  older.time_ms = 0;
  older.whole.recent = {};
  std::string text{small_text};
  const auto from = text.find("  \"last_dropped_ms\""), to = text.find("  \"namespaces\"");
  text.erase(from, to - from);
  text = replaced(text, "  \"time_ms\": 1700000000123,\n", "");
  text = replaced(text, "  \"writer_queue_max_blocks\": 44,\n  \"writer_queue_max_bytes\": 45,\n", "");
  older.whole.gauges.writer_queue_max_blocks = older.whole.gauges.writer_queue_max_bytes = 0;
  std::string error;
  CHECK(snapshot_from_json(text, error) == older);
  CHECK(error.empty());
}

TEST_CASE("Latencies of the whole cache are written and read back; their buckets must add up") {
  snapshot item;
  latencies measured;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    measured.add(operation::put, i * 1'000);
    measured.add(operation::device_read, i * 1'000'000'000'000);
  }
  for (std::size_t i = 0; i < operations; ++i)
    item.latencies[i] = measured.read(static_cast<operation>(i));
  const auto text = to_json(item);
  std::string error;
  CHECK(snapshot_from_json(text, error) == item);
  CHECK(error.empty());
  CHECK(refusal(replaced(text, "\"count\": 100", "\"count\": 99")) ==
        "latency.put.coarse: adds up to 100, expected count 99");
  item.name_space = "model-a";
  CHECK(to_json(item).find("latency") == std::string::npos);
}

TEST_CASE("A small snapshot is exactly this JSON") { CHECK(to_json(small()) == small_text); }

TEST_CASE("What was written is read back exactly, also numbers that no double can hold") {
  std::string error = "left over";
  CHECK(snapshot_from_json(to_json(small()), error) == small());
  CHECK(error.empty());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const auto item = large(seed);
    CHECK(snapshot_from_json(to_json(item), error) == item);
    CHECK(error.empty());
  }
}

TEST_CASE("Where memory is is written if it is known, read back, and may be missing") {
  auto item = small();
  CHECK(to_json(item).find("memory") == std::string::npos);
  item.memory = memory_levels{1, 2, 3, 4, 5, 6, 7, 8, 9};
  auto text = to_json(item);
  std::string error;
  CHECK(snapshot_from_json(text, error) == item);
  text.replace(text.find("\"idle_bytes\""), 12, "\"idle_byte\"");
  CHECK_FALSE(snapshot_from_json(text, error));
  CHECK(error == "memory.idle_bytes: missing");
}

TEST_CASE("Further members can be written behind, and a reader ignores what it does not know") {
  const auto text = to_json(small(), [](json_writer& json) {
    json.object("replay", [&] {
      json.integer("requests", 3);
      json.real("seconds", 0.5);
      json.text("saves", "a name of the contract, deeper down");
    });
  });
  CHECK(text.find("\"requests\": 3") != std::string::npos);
  CHECK(text.find("\"seconds\": 0.5") != std::string::npos);
  std::string error;
  CHECK(snapshot_from_json(text, error) == small());
  const auto newer = replaced(small_text, "\"blocks\": 5,", "\"new\": [1, {}], \"blocks\": 5,");
  CHECK(snapshot_from_json(newer, error) == small());
}

TEST_CASE("A missing member is refused by its path") {
  CHECK(refusal("{}") == "version: missing");
  CHECK(refusal(replaced(small_text, "\"saves\": 21,", "")) == "saves: missing");
  CHECK(refusal(replaced(small_text, "\"orphan\"", "\"Orphan\"")) == "ledger.dropped.orphan: missing");
  CHECK(refusal(replaced(small_text, "\"bytes\": 47", "\"byte\": 47")) == "ledger.offered.bytes: missing");
  CHECK(refusal(replaced(small_text, ",\n  \"namespaces\": {}", "")) == "namespaces: missing");
}

TEST_CASE("A member of another type is refused, with what was found and what was expected") {
  const std::string expected = "saves: expected an integer 0..18446744073709551615, found ";
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": -1")) == expected + "-1");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": 2.5")) == expected + "2.5");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": \"21\"")) == expected + "a string");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": null")) == expected + "null");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": true")) == expected + "true");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": [21]")) == expected + "a list");
  CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": 18446744073709551616")).find(expected) == 0);
  CHECK(refusal(replaced(small_text, "\"namespace\": \"model-a\"", "\"namespace\": 1")) ==
        "namespace: expected a string, found 1");
  CHECK(refusal(replaced(small_text, "\"namespaces\": {}", "\"namespaces\": []")) ==
        "namespaces: expected an object, found a list");
}

TEST_CASE("A zero with a fraction or an exponent is refused as the zero that it is") {
  const std::string expected = "saves: expected an integer 0..18446744073709551615, found 0.0";
  for (const std::string zero : {"0e30", "0.0e-40", "0.00000000000000000000000000000000000000000000000000", "0E-999"}) {
    CAPTURE(zero);
    CHECK(refusal(replaced(small_text, "\"saves\": 21", "\"saves\": " + zero)) == expected);
  }
}

TEST_CASE("A snapshot of another version is refused") {
  CHECK(refusal(replaced(small_text, "\"version\": 1", "\"version\": 2")).find("version: expected 1, found 2") == 0);
}

TEST_CASE("Numbers that do not add up are refused") {
  CHECK(refusal(replaced(small_text, "\"hits\": 6", "\"hits\": 7")) == "hits: found 7, its parts add up to 6");
  CHECK(refusal(replaced(small_text, "\"ssd_write_drops\": 1", "\"ssd_write_drops\": 0")) ==
        "ssd_write_drops: found 0, its parts add up to 1");
  CHECK(refusal(replaced(small_text, "\"bytes\": 47", "\"bytes\": 48")) ==
        "ledger: not balanced: 5 blocks (48 bytes) offered, 5 blocks (47 bytes) accounted for");
}

TEST_CASE("Namespaces that do not add up to the whole, or answer to another name, are refused") {
  const auto item = large(1);
  auto other = item;
  other.whole.counters.saves += 1;
  CHECK(refusal(to_json(other)) == "namespaces: their counters do not add up to those of the whole");
  CHECK(refusal(replaced(to_json(item), "\"namespace\": \"default\"", "\"namespace\": \"other\"")) ==
        "namespaces.default.namespace: expected default, found other");
}

TEST_CASE("A member that is there twice is refused: a reader could not know which one counts") {
  CHECK(refusal(replaced(small_text, "\"saves\": 21,", "\"saves\": 21, \"saves\": 22,")) == "saves: given twice");
}

TEST_CASE("No part of a snapshot is taken for a snapshot") {
  std::string error;
  for (std::size_t size = 0; size < small_text.size(); ++size) {
    const auto read = snapshot_from_json(small_text.substr(0, size), error);
    if (read || error.find("byte ") != 0) {
      CAPTURE(size, error);
      FAIL();
    }
  }
}

TEST_CASE("Garbage is refused without harm") {
  CHECK(refusal("").find("byte 0: ") == 0);
  CHECK(refusal("[]") == "expected a JSON object, found a list");
  CHECK(refusal("7") == "expected a JSON object, found 7");
  CHECK(refusal("null") == "expected a JSON object, found null");
  CHECK(refusal(std::string{small_text} + "x").find("byte ") == 0);
  CHECK(refusal(std::string{small_text} + std::string(1, '\0')).find("byte ") == 0);
  CHECK(refusal("{\"version\": NaN}").find("byte ") == 0);
  CHECK(refusal("{\"version\": 1, \"namespace\": \"\xff\"}").find("byte ") == 0);
  CHECK(refusal(std::string(4'000'000, '[')).find("byte ") == 0); // a recursive parser would overflow the stack
  CHECK(refusal("{\"a\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}") == "version: missing");
}
