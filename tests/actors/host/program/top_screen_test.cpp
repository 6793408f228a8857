#include "actors/host/program/top_screen.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

using namespace hearth;
using stats::drop_reason;
using stats::snapshot;

namespace {

constexpr std::uint64_t mib = 1ull << 20;

snapshot busy(std::uint64_t blocks, std::int64_t time_ms) {
  snapshot item;
  item.time_ms = time_ms;
  auto& [count, level, recent] = item.whole;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    count.ledger.offer(mib);
    count.ledger.persist(mib);
    count.ledger.give_up(drop_reason::evict_full, mib);
  }
  count.hot_cache_hits = 3 * blocks;
  count.misses = blocks;
  level.hot = {50, 50 * mib};
  level.hot_cache_max_bytes = 100 * mib;
  level.cold_state = stats::cold_state::attached;
  recent.grown[0].ms = 60'000;
  return item;
}

bool has_line(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += line + '\n';
  return text;
}

} // namespace

TEST_CASE("The screen has the rates between two snapshots, and what happened in all") {
  const auto lines = top_screen(busy(10, 1'000), busy(30, 3'000), 80, 24);
  INFO(joined(lines));
  CHECK(lines.front() == "hearth  ok");
  CHECK(has_line(lines, "hot                 50  50 MiB  100 MiB  50.0 %  [##########..........]"));
  CHECK(has_line(lines, "hot            30  75.0 %      90  75.0 %"));
  CHECK(has_line(lines, "dropped: evict_full        10  10 MiB/s             30"));
}

TEST_CASE("A single snapshot shows the rates of its last minute, and the first line what is wrong") {
  auto now = busy(30, 3'000);
  for (std::size_t i = 0; i < stats::figure_count; ++i)
    if (stats::figures()[i].name == "ledger.dropped.evict_full.blocks")
      now.whole.recent.grown[0].grown[i] = 120;
  const auto lines = top_screen(now, now, 80, 24);
  INFO(joined(lines));
  CHECK(lines.front().find("hearth  degraded: the writer's full mailbox rejected 120 blocks in the last 60 s") == 0);
  CHECK(has_line(lines, "dropped: evict_full         2    0 B/s             30"));
}

TEST_CASE("The screen fits the terminal, whatever the namespaces are called") {
  auto now = busy(30, 3'000);
  for (int i = 0; i < 50; ++i)
    now.namespaces["\x1b[31m" + std::string(300, 'x') + std::to_string(i)] = now.whole;
  for (const auto& [width, height] : {std::pair{80u, 24u}, {40u, 12u}, {200u, 60u}}) {
    const auto lines = top_screen(now, now, width, height);
    CHECK(lines.size() <= height);
    for (const auto& line : lines) {
      CHECK(line.size() <= width);
      CHECK(line.find('\x1b') == std::string::npos);
    }
  }
}
