#include "actors/host/program/serve_command.hpp"

#include "actors/host/admin/admin_server.hpp"
#include "actors/host/program/interruption.hpp"
#include "actors/host/program/replay_setup.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

namespace hearth {

namespace {

using namespace std::chrono_literals;

admin_options admin_options_of(const serve_options& options) {
  admin_options made;
  made.address = options.address;
  made.port = options.port;
  made.socket_path = options.socket_path;
  made.token_file = options.token_file;
  made.token_for_reading = options.token_for_reading;
  made.certificate_file = options.certificate_file;
  made.key_file = options.key_file;
  return made;
}

using steady = std::chrono::steady_clock;

/// Sleeps until `due`, or until a signal comes.
void wait_until(steady::time_point due) {
  constexpr auto longest_wait = 100ms; // a signal is noticed this soon
  while (interrupted_by() == 0 && steady::now() < due)
    std::this_thread::sleep_until(std::min(due, steady::now() + longest_wait));
}

/// Gives out the requests of `next` at a steady rate, by waiting in between; a late request does not delay the next.
request_source at_rate(request_source next, std::uint32_t requests_per_second, std::optional<std::uint64_t> requests) {
  const auto step = std::chrono::nanoseconds{1s} / requests_per_second;
  return [next = std::move(next), step, requests, due = steady::now()]() mutable -> std::optional<request> {
    if (requests && (*requests)-- == 0)
      return std::nullopt;
    wait_until(due);
    due = std::max(due + step, steady::now() - 1s); // at most a second behind
    return next();
  };
}

} // namespace

command_outcome run_serve(const serve_options& options) {
  auto work = load_endless_workload(options.workload);
  if (!work)
    return {bad_input, {}, work.error().context};
  note_interruptions(); // before there are files to clean up
  auto place = cache_place::make(options.workload);
  if (!place)
    return {bad_input, {}, place.error().context};
  auto opened = open_shown(to_cache_options(options.workload, place->directory()));
  if (!opened)
    return {bad_input, {}, opened.error().context};
  auto admin = admin_server::open(*opened, admin_options_of(options));
  if (!admin)
    return {bad_input, {}, admin.error().context};
  std::cout << "admin server: " << admin->url() << '\n' << "workload: " << work->name << std::endl;

  replay_hooks hooks;
  hooks.now_ns = steady_now_ns;
  hooks.stop = [] { return interrupted_by() != 0; };
  const auto counts =
      replay(at_rate(std::move(work->next), options.requests_per_second, options.workload.requests), target_of(*opened),
             {options.workload.block_bytes, options.workload.verify}, hooks);
  if (!counts)
    return {1, {}, to_string(counts.error())};
  if (counts->wrong_blocks > 0)
    return {1, {}, std::to_string(counts->wrong_blocks) + " wrong blocks"};
  if (interrupted_by() == 0)
    std::cout << "the workload has ended; the cache rests" << std::endl;
  wait_until(steady::time_point::max());
  if (const auto closed = opened->close(5s); !closed)
    return {1, {}, "close: " + to_string(closed.error())};
  return {};
}

} // namespace hearth
