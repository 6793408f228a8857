#include "tests/crash/crash_child.hpp"

#include "actors/host/cache.hpp"
#include "tests/crash/crash_lane.hpp"

#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>
#include <vector>

#include <unistd.h>

namespace hearth::crash {

namespace {

result<cache> open_and_tell(const child_order& order, const event_sender& reports) {
  auto options = order.checks ? checker_options(order.plan) : order.life.options;
  options.directory = order.directory;
  options.on_opening = [&](std::uint64_t, std::uint64_t) { reports.send({.kind = event_kind::progress}); };
  reports.send({.kind = event_kind::opening});
  auto opened = cache::open(options);
  reports.send({.kind = event_kind::opened, .outcome = opened.code()});
  if (!opened)
    std::fprintf(stderr, "open: %s\n", to_string(opened.error()).c_str());
  return opened;
}

/// Reads every key once. The order differs between lives, so that no block is always the first.
void look_at_all(lane_work& work, std::uint64_t seed) {
  const auto first = static_cast<std::uint32_t>(seed % keys_total);
  for (std::uint32_t i = 0; i < keys_total; ++i)
    work.get((first + i) % keys_total);
  work.tell_figures();
  work.reports().send({.kind = event_kind::checked});
}

int close_and_tell(cache& kept, lane_work& work) {
  const auto& reports = work.reports();
  reports.send({.kind = event_kind::close_begin, .present = work.present()});
  const auto closed = kept.close();
  if (!closed)
    std::fprintf(stderr, "close: %s\n", to_string(closed.error()).c_str());
  work.tell_figures();
  reports.send({.kind = event_kind::close_end, .outcome = closed.code(), .flag = closed.ok() && closed->synced});
  return 0;
}

} // namespace

int run_child(const child_order& order) {
  const event_sender reports{order.reports};
  auto opened = open_and_tell(order, reports);
  if (!opened)
    return 0;
  shared_work shared{order.first_version, order.life.put_bytes_max};
  std::vector<namespace_id> name_spaces;
  for (std::uint32_t lane = 0; lane < lanes; ++lane)
    name_spaces.push_back(opened->name_space(name_of_lane(lane)).value());
  const auto lane = [&](std::uint32_t number) {
    return lane_work{*opened, order, reports, shared, name_spaces, number};
  };
  auto first = lane(0);
  first.tell_figures();
  if (order.checks) {
    look_at_all(first, order.seed);
    if (!order.life.checker_closes)
      ::pause(); // until killed: so no close makes durable what was recovered
    return close_and_tell(*opened, first);
  }
  std::vector<std::thread> hosts;
  for (std::uint32_t number = 0; number < order.life.lanes_used; ++number)
    hosts.emplace_back([&, number] { lane(number).run(); });
  for (auto& host : hosts)
    host.join();
  return close_and_tell(*opened, first);
}

} // namespace hearth::crash
