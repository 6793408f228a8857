#include "stats/metrics.hpp"
#include "stats/latencies.hpp"
#include "tests/stats/numbered_snapshot.hpp"

#include <iostream>

using namespace hearth::stats;

/// Prints the metrics of a snapshot with every member and with names that need escapes, for check_metrics.py and for
/// other programs that read metrics. metrics_text [open_metrics].
int main(int count, char**) {
  random_sequence random{1};
  snapshot item;
  for (const auto* name : {"default", "a \"quoted\" name", "a back\\slash", "two\nlines", "{a=\"b\"} 1"}) {
    auto& part = item.namespaces[name];
    (void)fill(part.counters, random);
    (void)fill(part.gauges, random);
  }
  (void)fill(item.whole.gauges, random);
  (void)fill(item.memory.emplace(), random);
  latencies measured;
  for (std::size_t i = 0; i < operations; ++i) {
    for (std::uint64_t ns = 100; ns < 1'000'000'000'000; ns *= 3)
      measured.add(static_cast<operation>(i), ns);
    item.latencies[i] = measured.read(static_cast<operation>(i));
  }
  metrics_renderer renderer{4}; // one of the five is "other"
  std::cout << renderer.render(item, count > 1 ? metrics_format::open_metrics : metrics_format::prometheus);
}
