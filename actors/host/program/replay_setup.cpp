#include "actors/host/program/replay_setup.hpp"

#include "actors/host/program/chat_workload.hpp"
#include "actors/host/program/printable.hpp"
#include "actors/host/program/progress_bar.hpp"
#include "actors/host/program/trace.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

#include <unistd.h>

namespace hearth {

namespace {

/// The requests of a trace, again and again if `endless`.
request_source from_trace(std::vector<request> all, std::uint64_t requests, bool endless) {
  return [all = std::move(all), requests, endless, at = std::size_t{0}]() mutable -> std::optional<request> {
    if (at == requests && (!endless || requests == 0))
      return std::nullopt;
    at = at == requests ? 0 : at;
    return all[at++];
  };
}

} // namespace

result<named_workload> load_workload(const replay_options& options) {
  if (options.trace.empty()) {
    const auto requests = options.requests.value_or(chat_requests_default);
    auto next = [chat = chat_workload{options.seed}, left = requests]() mutable -> std::optional<request> {
      if (left == 0)
        return std::nullopt;
      --left;
      return chat.next();
    };
    return named_workload{std::move(next), requests, "chat, seed " + std::to_string(options.seed)};
  }
  auto trace = read_trace(options.trace);
  if (!trace)
    return trace.error();
  const auto requests = std::min<std::uint64_t>(trace->size(), options.requests.value_or(trace->size()));
  return named_workload{from_trace(std::move(*trace), requests, false), requests, printable(options.trace)};
}

result<named_workload> load_endless_workload(const replay_options& options) {
  if (options.trace.empty()) {
    auto next = [chat = chat_workload{options.seed}]() mutable { return std::optional{chat.next()}; };
    return named_workload{std::move(next), 0, "chat, seed " + std::to_string(options.seed)};
  }
  auto trace = read_trace(options.trace);
  if (!trace)
    return trace.error();
  const auto requests = trace->size();
  return named_workload{from_trace(std::move(*trace), requests, true), 0, printable(options.trace)};
}

result<cache_place> cache_place::make(const replay_options& options) {
  cache_place place;
  place.directory_ = options.directory;
  if (!options.directory.empty()) {
    if (const auto usable = check_directory(options.directory); !usable)
      return usable.error();
  } else if (options.has_cold_tier()) {
    auto made = temporary_directory::make();
    if (!made)
      return made.error();
    place.directory_ = place.temporary_.emplace(std::move(*made)).path();
  }
  return place;
}

result<cache> open_shown(cache_options options) {
  const auto start = steady_now_ns();
  progress_bar bar{std::cerr, ::isatty(STDERR_FILENO) == 1, 1, "segments opened"};
  options.on_opening = [&](std::uint64_t done, std::uint64_t total) {
    bar.expect(total);
    bar.update(done, std::nullopt, steady_now_ns() - start);
  };
  return cache::open(std::move(options));
}

replay_target target_of(cache& of) {
  return {[&of](std::span<const block_key> keys) { return of.get_prefix(keys); },
          [&of](const block_key& key, std::uint64_t bytes, const cache::producer& produce, const put_options& put) {
            return of.put(key, bytes, produce, put);
          }};
}

std::uint64_t steady_now_ns() {
  const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(now.count());
}

} // namespace hearth
