#include "stats/columns.hpp"
#include "stats/table.hpp"
#include "stats/totals.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

namespace {

constexpr std::uint64_t mib = 1ull << 20;

std::vector<tally_entry> totals() {
  std::vector<tally_entry> made(2);
  auto& [count, level] = made[0];
  for (int i = 0; i < 3; ++i)
    count.ledger.offer(mib);
  count.ledger.persist(mib);
  count.ledger.persist(mib);
  count.ledger.give_up(drop_reason::evict_full, mib);
  count.ledger.give_up(drop_reason::preflight_full, mib);
  count.ledger.give_up(drop_reason::late_full, mib);
  count.ledger.give_up(drop_reason::orphan, mib);
  count.hot_cache_hits = 3;
  count.cold_hits = 1;
  count.misses = 4;
  level.hot = {16, 16 * mib};
  level.cold = {2, 2 * mib};
  level.total_size_bytes = 2 * mib + 8192;
  made[1].counters.hot_cache_hits = 2;
  return made;
}

gauges limits() {
  gauges made;
  made.hot_cache_max_bytes = 64 * mib;
  made.max_size_bytes = made.configured_max_size_bytes = 2048 * mib;
  return made;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("Where memory is shows if it is known, and adds up") {
  auto item = make_snapshot(totals(), {}, {"default", "model-a"}, limits());
  CHECK(to_table(item).find("memory") == std::string::npos);
  item.memory = memory_levels{64 * mib, 40 * mib, 20 * mib, 4 * mib, 16 * mib, 38 * mib, 10 * mib, 25, 5};
  const auto text = to_table(item);
  INFO(text);
  CHECK(has_line(text, "buffers                20 MiB   50.0 %"));
  CHECK(has_line(text, "free beside them        4 MiB   10.0 %"));
  CHECK(has_line(text, "idle                   16 MiB   40.0 %"));
  CHECK(has_line(text, "= mapped               40 MiB  100.0 %"));
  CHECK(has_line(text, "  huge pages           38 MiB   95.0 %"));
  CHECK(has_line(text, "  pinned               10 MiB   25.0 %"));
  CHECK(has_line(text, "budget                 64 MiB"));
}

TEST_CASE("The table shows tiers, hits, drops and the ledger's two sides, and they add up") {
  const auto text = to_table(make_snapshot(totals(), {}, {"default", "model-a"}, limits()));
  INFO(text);
  CHECK(has_line(text, "tier          blocks    used   limit    full"));
  CHECK(has_line(text, "hot               16  16 MiB  64 MiB  25.0 %"));
  CHECK(has_line(text, "cold               2   2 MiB   2 GiB   0.1 %"));
  CHECK(has_line(text, "hot           5   50.0 %"));
  CHECK(has_line(text, "= hits        6   60.0 %"));
  CHECK(has_line(text, "= asked      10  100.0 %"));
  CHECK(has_line(text, "* evict_full              1  1048576  1 MiB"));
  CHECK(has_line(text, "  orphan                  1  1048576  1 MiB"));
  CHECK(has_line(text, "* = ssd_write_drops       3  3145728  3 MiB"));
  CHECK(has_line(text, "blocks: offered 7 = persisted 2 + pending 1 + cancelled 0 + dropped 4 + failed 0 -> balanced"));
  CHECK(has_line(text, "bytes:  offered 7340032 = persisted 2097152 + pending 1048576 + cancelled 0 + "
                       "dropped 4194304 + failed 0 -> balanced"));
}

TEST_CASE("Unclaimed bytes of the cold tier have a row if there are any, and add up over namespaces") {
  auto some = totals();
  const auto none = to_table(make_snapshot(some, {}, {"default", "model-a"}, limits()));
  CHECK(none.find("unclaimed") == std::string::npos);
  some[0].gauges.cold_unclaimed_bytes = 2 * mib;
  some[1].gauges.cold_unclaimed_bytes = mib;
  const auto text = to_table(make_snapshot(some, {}, {"default", "model-a"}, limits()));
  INFO(text);
  CHECK(has_line(text, "  unclaimed            3 MiB"));
}

TEST_CASE("Namespaces have a row each when there is more than one") {
  const auto both = to_table(make_snapshot(totals(), {}, {"default", "model-a"}, limits()));
  INFO(both);
  CHECK(both.find("\nmodel-a ") != std::string::npos);
  CHECK(both.find("\n= * ") != std::string::npos);
  const auto one = to_table(make_snapshot({}, {}, {"default"}, limits()));
  INFO(one);
  CHECK(one.find("default") == std::string::npos);
}

TEST_CASE("A cache in which nothing happened has a table too") {
  const auto text = to_table(snapshot{});
  INFO(text);
  CHECK(has_line(text, "blocks: offered 0 = persisted 0 + pending 0 + cancelled 0 + dropped 0 + failed 0 -> balanced"));
  CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("Columns are aligned and leave no spaces at the end of a line") {
  columns table;
  table.row({"a", "1"});
  table.row({"long", "22", ""});
  CHECK(table.text() == "a      1\nlong  22\n");
  CHECK(format_share(1, 3) == "33.3 %");
  CHECK(format_share(0, 0) == "-");
  CHECK(format_fixed(2.0 / 3, 2) == "0.67");
  CHECK(format_fixed(-4, 0) == "-4");
}

TEST_CASE("Rates show for each counter that grew in the last 15 minutes") {
  auto item = make_snapshot(totals(), {}, {"default", "model-a"}, limits());
  CHECK(to_table(item).find("a second, over") == std::string::npos);
  for (std::size_t at = 0; at < figure_count; ++at)
    if (figures()[at].name == "ledger.dropped.evict_full.blocks")
      for (std::size_t i = 0; i < windows; ++i) {
        item.whole.recent.grown[i].ms = 60'000 * (i + 1);
        item.whole.recent.grown[i].grown[at] = 7'215;
      }
  const auto text = to_table(item);
  INFO(text);
  CHECK(has_line(text, "a second, over                    1 min  5 min  15 min"));
  CHECK(has_line(text, "ledger.dropped.evict_full.blocks  120.2   60.1    40.0"));
}
