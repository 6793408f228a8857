#include "stats/metrics.hpp"
#include "stats/latencies.hpp"
#include "tests/stats/numbered_snapshot.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <locale>
#include <map>
#include <set>
#include <sstream>
#include <utility>

using namespace hearth::stats;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// Each series (name and labels, as written) with its value, in the order of the text.
std::vector<std::pair<std::string, std::string>> series_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& line : lines_of(text))
    if (!line.starts_with('#')) {
      const auto space = line.rfind(' ');
      found.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
  return found;
}

std::map<std::string, std::uint64_t> values_of(const std::string& text) {
  std::map<std::string, std::uint64_t> values;
  for (const auto& [series, value] : series_of(text))
    if (!values.emplace(series, static_cast<std::uint64_t>(std::strtod(value.c_str(), nullptr))).second)
      FAIL("twice: " << series);
  return values;
}

/// "name" of a series or a family, without labels.
std::string name_in(const std::string& series) { return series.substr(0, series.find('{')); }

/// A snapshot that has only misses, by namespace.
snapshot misses(const std::map<std::string, std::uint64_t>& by_namespace) {
  snapshot item;
  for (const auto& [name, count] : by_namespace)
    item.namespaces[name].counters.misses = count;
  return item;
}

std::string misses_of(const std::string& label) { return "hearth_misses_total{namespace=\"" + label + "\"}"; }

/// The misses in the text, by label.
std::map<std::string, std::uint64_t> misses_in(const std::string& text) {
  auto values = values_of(text);
  std::erase_if(values, [](const auto& entry) { return name_in(entry.first) != "hearth_misses_total"; });
  return values;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& values) {
  std::uint64_t sum = 0;
  for (const auto& [name, value] : values)
    sum += value;
  return sum;
}

/// Every member filled; one namespace.
snapshot numbered() {
  random_sequence random{7};
  snapshot item;
  (void)fill(item.namespaces["default"].counters, random);
  (void)fill(item.namespaces["default"].gauges, random);
  (void)fill(item.whole.gauges, random);
  (void)fill(item.memory.emplace(), random);
  return item;
}

/// Writes "1.234.567,5", as much of Europe does.
class european : public std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

/// The global locale for a while.
class scoped_locale {
public:
  explicit scoped_locale(const std::locale& now) : before_(std::locale::global(now)) {}
  scoped_locale(const scoped_locale&) = delete;
  scoped_locale& operator=(const scoped_locale&) = delete;
  ~scoped_locale() { std::locale::global(before_); }

private:
  std::locale before_;
};

} // namespace

TEST_CASE("Every number of a snapshot is in the metrics, also one that is new in the structs") {
  random_sequence random{3};
  snapshot item;
  auto& part = item.namespaces["model-a"];
  const auto counted = fill(part.counters, random);
  const auto levels = fill(part.gauges, random);
  const auto cache_levels = fill(item.whole.gauges, random);
  const auto memory = fill(item.memory.emplace(), random);
  std::set<std::uint64_t> shown;
  for (const auto& [series, value] : values_of(metrics_renderer{}.render(item)))
    shown.insert(value);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    INFO("number " << i << " of counters: add its line to stats/metrics.cpp");
    CHECK(shown.contains(counted[i]));
  }
  for (std::size_t i = 0; i < levels.size(); ++i) { // a level belongs to each namespace, or to the whole cache
    INFO("number " << i << " of gauges: add its line to stats/metrics.cpp");
    CHECK((shown.contains(levels[i]) || shown.contains(cache_levels[i])));
  }
  for (std::size_t i = 0; i < memory.size(); ++i) {
    INFO("number " << i << " of memory_levels: add its line to stats/metrics.cpp");
    CHECK(shown.contains(memory[i]));
  }
}

TEST_CASE("Each metric shows the member that its name says") {
  snapshot item;
  auto& [count, level, recent] = item.namespaces["a"];
  for (int i = 0; i < 7; ++i)
    for (int n = 0; n <= i; ++n)
      count.ledger.give_up(static_cast<drop_reason>(i), 2); // 1, 2, ... 7 blocks: 28
  for (int i = 0; i < 17; ++i)
    count.ledger.offer(1);
  for (int i = 0; i < 3; ++i)
    for (int n = 0; n <= i; ++n)
      count.ledger.fail(static_cast<fail_reason>(i), 1);
  for (int i = 0; i < 5; ++i)
    count.ledger.persist(1);
  for (int i = 0; i < 4; ++i)
    count.ledger.cancel(1);
  count.saves = 11;
  count.loads = 12;
  count.misses = 13;
  count.errors = 14;
  count.hot_cache_hits = 15;
  count.pending_hits = 16;
  count.cold_hits = 17;
  count.hot_cache_evictions = 18;
  count.hot_cache_promotions = 19;
  count.evictions = 20;
  count.puts_rejected = 21;
  count.recency_skipped = 22;
  count.synced = {23, 24};
  count.lost = {25, 26};
  level.hot = {31, 32};
  level.dirty = {33, 34};
  level.cold = {35, 36};
  level.queue = {37, 38};
  level.total_size_bytes = 39;
  level.cold_unclaimed_bytes = 40;
  auto& cache = item.whole.gauges;
  cache.hot = {0, 51};
  cache.total_size_bytes = 52;
  cache.hot_cache_max_bytes = 53;
  cache.max_size_bytes = 54;
  cache.configured_max_size_bytes = 55;
  cache.cold_appended_bytes = 56;
  cache.cold_written_bytes = 57;
  cache.cold_reappended_bytes = 58;
  cache.writer_queue_max_blocks = 59;
  cache.writer_queue_max_bytes = 60;
  cache.cold_state = cold_state::detached;
  item.memory = memory_levels{61, 62, 63, 64, 65, 66, 67, 68, 69};
  std::string shown;
  for (const auto& [series, value] : series_of(metrics_renderer{}.render(item)))
    if (!series.starts_with("hearth_latency_seconds")) // a test of its own
      shown += series + ' ' + value + '\n';
  CHECK("\n" + shown == R"(
hearth_offered_blocks_total{namespace="a"} 45
hearth_offered_bytes_total{namespace="a"} 73
hearth_persisted_blocks_total{namespace="a"} 5
hearth_persisted_bytes_total{namespace="a"} 5
hearth_pending_blocks{namespace="a"} 2
hearth_pending_bytes{namespace="a"} 2
hearth_cancelled_blocks_total{namespace="a"} 4
hearth_cancelled_bytes_total{namespace="a"} 4
hearth_dropped_blocks_total{namespace="a",reason="evict_full"} 1
hearth_dropped_blocks_total{namespace="a",reason="preflight_full"} 2
hearth_dropped_blocks_total{namespace="a",reason="late_full"} 3
hearth_dropped_blocks_total{namespace="a",reason="orphan"} 4
hearth_dropped_blocks_total{namespace="a",reason="over_budget"} 5
hearth_dropped_blocks_total{namespace="a",reason="too_large"} 6
hearth_dropped_blocks_total{namespace="a",reason="closing"} 7
hearth_dropped_bytes_total{namespace="a",reason="evict_full"} 2
hearth_dropped_bytes_total{namespace="a",reason="preflight_full"} 4
hearth_dropped_bytes_total{namespace="a",reason="late_full"} 6
hearth_dropped_bytes_total{namespace="a",reason="orphan"} 8
hearth_dropped_bytes_total{namespace="a",reason="over_budget"} 10
hearth_dropped_bytes_total{namespace="a",reason="too_large"} 12
hearth_dropped_bytes_total{namespace="a",reason="closing"} 14
hearth_failed_blocks_total{namespace="a",reason="io_error"} 1
hearth_failed_blocks_total{namespace="a",reason="no_space"} 2
hearth_failed_blocks_total{namespace="a",reason="writer_died"} 3
hearth_failed_bytes_total{namespace="a",reason="io_error"} 1
hearth_failed_bytes_total{namespace="a",reason="no_space"} 2
hearth_failed_bytes_total{namespace="a",reason="writer_died"} 3
hearth_ssd_write_drops_total{namespace="a"} 6
hearth_lost_blocks_total{namespace="a"} 25
hearth_lost_bytes_total{namespace="a"} 26
hearth_synced_blocks_total{namespace="a"} 23
hearth_synced_bytes_total{namespace="a"} 24
hearth_puts_accepted_total{namespace="a"} 11
hearth_puts_rejected_total{namespace="a"} 21
hearth_blocks_handed_out_total{namespace="a"} 12
hearth_hits_total{namespace="a",tier="hot"} 15
hearth_hits_total{namespace="a",tier="pending"} 16
hearth_hits_total{namespace="a",tier="cold"} 17
hearth_misses_total{namespace="a"} 13
hearth_errors_total{namespace="a"} 14
hearth_evictions_total{namespace="a",tier="hot"} 18
hearth_evictions_total{namespace="a",tier="cold"} 20
hearth_promotions_total{namespace="a"} 19
hearth_recency_skipped_total{namespace="a"} 22
hearth_tier_blocks{namespace="a",tier="hot"} 31
hearth_tier_blocks{namespace="a",tier="pending"} 37
hearth_tier_blocks{namespace="a",tier="cold"} 35
hearth_tier_bytes{namespace="a",tier="hot"} 32
hearth_tier_bytes{namespace="a",tier="pending"} 38
hearth_tier_bytes{namespace="a",tier="cold"} 36
hearth_dirty_blocks{namespace="a"} 33
hearth_dirty_bytes{namespace="a"} 34
hearth_cold_record_bytes{namespace="a"} 39
hearth_cold_unclaimed_bytes{namespace="a"} 40
hearth_tier_used_bytes{tier="hot"} 51
hearth_tier_used_bytes{tier="cold"} 52
hearth_tier_limit_bytes{tier="hot"} 53
hearth_tier_limit_bytes{tier="cold"} 54
hearth_cold_configured_limit_bytes 55
hearth_queue_limit_blocks 59
hearth_queue_limit_bytes 60
hearth_cold_state{state="none"} 0
hearth_cold_state{state="attached"} 0
hearth_cold_state{state="detached"} 1
hearth_cold_appended_bytes_total 56
hearth_cold_written_bytes_total 57
hearth_cold_reappended_bytes_total 58
hearth_memory_budget_bytes 61
hearth_memory_mapped_bytes 62
hearth_memory_in_use_bytes 63
hearth_memory_stranded_bytes 64
hearth_memory_idle_bytes 65
hearth_memory_huge_page_bytes 66
hearth_memory_pinned_bytes 67
hearth_memory_regions_mapped_total 68
hearth_memory_regions_unmapped_total 69
)");
}

TEST_CASE("A snapshot without memory has no metrics of memory") {
  auto item = numbered();
  item.memory.reset();
  CHECK(metrics_renderer{}.render(item).find("hearth_memory") == std::string::npos);
}

TEST_CASE("Namespaces beyond the bound are added up under one label, and the first ones keep their own") {
  metrics_renderer renderer{2};
  const auto first = misses_in(renderer.render(misses({{"m", 1}})));
  CHECK(first == std::map<std::string, std::uint64_t>{{misses_of("m"), 1}});

  // Later names come first in the alphabet, and do not take the label of "m".
  const auto second = misses_in(renderer.render(misses({{"a", 10}, {"b", 100}, {"m", 2}, {"z", 1000}})));
  CHECK(second ==
        std::map<std::string, std::uint64_t>{{misses_of("a"), 10}, {misses_of("m"), 2}, {misses_of("other"), 1100}});

  // The label of a namespace that is in no snapshot any more goes to no other.
  const auto third = misses_in(renderer.render(misses({{"b", 100}, {"m", 3}, {"z", 1000}})));
  CHECK(third == std::map<std::string, std::uint64_t>{{misses_of("m"), 3}, {misses_of("other"), 1100}});
}

TEST_CASE("While namespaces appear and count, no counter of a label falls, and nothing is counted twice") {
  const auto bound = GENERATE(0u, 3u, 50u);
  random_sequence random{11};
  metrics_renderer renderer{bound};
  std::map<std::string, std::uint64_t> counted;
  std::map<std::string, std::uint64_t> before;
  for (int step = 0; step < 100; ++step) {
    const auto name = step == 50 ? "other" : std::to_string(random.below(60));
    counted[name] += 1 + random.below(100);
    const auto now = misses_in(renderer.render(misses(counted)));
    for (const auto& [series, value] : before)
      REQUIRE(now.at(series) >= value);
    REQUIRE(sum_of(now) == sum_of(counted));
    REQUIRE(now.size() <= bound + 1);
    before = now;
  }
}

TEST_CASE("A namespace of the host that is called other counts with the others, and takes no label") {
  metrics_renderer renderer{1};
  const auto alone = misses_in(renderer.render(misses({{"other", 5}})));
  CHECK(alone == std::map<std::string, std::uint64_t>{{misses_of("other"), 5}});
  const auto together = misses_in(renderer.render(misses({{"other", 5}, {"x", 10}, {"y", 100}})));
  CHECK(together == std::map<std::string, std::uint64_t>{{misses_of("other"), 105}, {misses_of("x"), 10}});
}

TEST_CASE("Everything of the namespaces in other is added up, the ledger and the levels too") {
  const auto item = numbered();
  auto twice = item;
  twice.namespaces["second"] = item.namespaces.at("default");
  const auto one = values_of(metrics_renderer{0}.render(item));
  const auto two = values_of(metrics_renderer{0}.render(twice));
  REQUIRE(one.size() == two.size());
  for (const auto& [series, value] : one) {
    INFO(series);
    CHECK(two.at(series) == (series.find("namespace") == std::string::npos ? value : 2 * value));
  }
}

TEST_CASE("The same snapshot gives the same bytes, whatever the locale of the process") {
  const auto format = GENERATE(metrics_format::prometheus, metrics_format::open_metrics);
  const auto item = numbered();
  metrics_renderer renderer;
  const auto text = renderer.render(item, format);
  CHECK(text == renderer.render(item, format));
  CHECK(text == metrics_renderer{}.render(item, format));
  const scoped_locale locale{std::locale{std::locale::classic(), new european}};
  CHECK(text == renderer.render(item, format));
}

TEST_CASE("Numbers up to 2^53 are exact") {
  const auto number = GENERATE(0ull, 99'999ull, 100'000ull, 1'000'000ull, 1'234'567ull, (1ull << 53) - 1, 1ull << 53);
  const auto values = values_of(metrics_renderer{}.render(misses({{"a", number}})));
  CHECK(values.at(misses_of("a")) == number);
}

TEST_CASE("A name with a quote, a backslash or a newline does not break the line") {
  const auto text = metrics_renderer{}.render(misses({{"a\"b\\c\nd", 9}}));
  CHECK(text.find("\nhearth_misses_total{namespace=\"a\\\"b\\\\c\\nd\"} 9\n") != std::string::npos);
}

TEST_CASE("Names and texts follow the conventions of Prometheus: prefix, base units, _total for counters only") {
  const auto lines = lines_of(metrics_renderer{}.render(numbered()));
  std::string helped;
  for (const auto& line : lines) {
    INFO(line);
    std::istringstream words{line};
    std::string mark, what, name, rest;
    words >> mark >> what >> name;
    std::getline(words, rest);
    CHECK(line.find_first_of("\\\t") == std::string::npos);
    if (mark != "#")
      continue;
    CHECK(name.starts_with("hearth_"));
    if (what == "HELP") {
      CHECK(rest.size() > 10);
      CHECK(rest.ends_with('.'));
      CHECK(rest.find('"') == std::string::npos); // would need an escape in OpenMetrics
      helped = name;
    } else {
      CHECK(what == "TYPE");
      CHECK(name == helped);
      CHECK((rest == " counter" || rest == " gauge" || rest == " histogram"));
      CHECK(name.ends_with("_total") == (rest == " counter"));
    }
  }
}

TEST_CASE("OpenMetrics text keeps the rules of its format") {
  const auto text = metrics_renderer{}.render(numbered(), metrics_format::open_metrics);
  REQUIRE(text.ends_with("\n# EOF\n"));
  auto lines = lines_of(text);
  lines.pop_back();
  std::set<std::string> families;
  std::set<std::string> series;
  std::string family, type, unit;
  bool helped = false;
  for (const auto& line : lines) {
    INFO(line);
    REQUIRE(!line.empty());
    if (line.starts_with('#')) {
      std::istringstream words{line};
      std::string mark, what, name, rest;
      words >> mark >> what >> name;
      std::getline(words, rest);
      REQUIRE(rest.size() > 1);
      if (what == "TYPE") {
        CHECK(families.insert(name).second); // no family twice, so none is interleaved
        CHECK_FALSE(name.ends_with("_total"));
        family = name;
        type = rest.substr(1);
        unit.clear();
        helped = false;
        CHECK((type == "counter" || type == "gauge" || type == "histogram"));
      } else if (what == "UNIT") {
        CHECK(name == family);
        CHECK(unit.empty());
        unit = rest.substr(1);
        CHECK(name.ends_with("_" + unit)); // the unit ends the name of the family
      } else {
        CHECK(what == "HELP");
        CHECK(name == family);
        CHECK_FALSE(helped);
        helped = true;
      }
      continue;
    }
    CHECK(helped); // all about a family stands before its samples
    const auto space = line.rfind(' ');
    CHECK(series.insert(line.substr(0, space)).second);
    const auto sample = name_in(line.substr(0, space));
    if (type == "histogram")
      CHECK((sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count"));
    else
      CHECK(sample == family + (type == "counter" ? "_total" : ""));
    char* end = nullptr;
    const auto value = line.substr(space + 1);
    CHECK(std::strtod(value.c_str(), &end) >= 0);
    CHECK(*end == '\0');
  }
  for (const auto& name : families) // a counter's family must not be called like a gauge
    CHECK_FALSE(families.contains(name + "_total"));
  // Exactly the samples of the other format.
  CHECK(series_of(text) == series_of(metrics_renderer{}.render(numbered())));
}

TEST_CASE("Latencies are histograms in seconds, whose buckets are cumulative") {
  snapshot item;
  latencies measured;
  for (const std::uint64_t ns : {500ull, 1'500ull, 1'600ull, 100'000'000'000ull})
    measured.add(operation::get_cold, ns);
  item.latencies[static_cast<std::size_t>(operation::get_cold)] = measured.read(operation::get_cold);
  const auto text = metrics_renderer{}.render(item);
  INFO(text);
  const auto has = [&](const std::string& line) { return text.find("\n" + line + "\n") != std::string::npos; };
  const std::string bucket = "hearth_latency_seconds_bucket{operation=\"get_cold\",le=\"";
  CHECK(has("# TYPE hearth_latency_seconds histogram"));
  CHECK(has(bucket + "1e-06\"} 1"));
  CHECK(has(bucket + "2e-06\"} 3"));
  CHECK(has(bucket + "+Inf\"} 4"));
  CHECK(has("hearth_latency_seconds_count{operation=\"get_cold\"} 4"));
}

TEST_CASE("Both formats have their content type") {
  CHECK(content_type(metrics_format::prometheus) == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(content_type(metrics_format::open_metrics) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
}
