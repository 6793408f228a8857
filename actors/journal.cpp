#include "actors/journal.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace hearth::actors {

namespace {

/// Fallback logger, for a host without a logger of its own: warnings and errors to standard error. Standard output
/// belongs to the host.
std::shared_ptr<spdlog::logger> fallback() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return logger;
}

spdlog::level::level_enum to_spdlog(stats::severity level) {
  switch (level) {
  case stats::severity::debug: return spdlog::level::debug;
  case stats::severity::info: return spdlog::level::info;
  case stats::severity::warn: return spdlog::level::warn;
  case stats::severity::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

void write_to_spdlog(const stats::log_event& one) {
  const auto hosts = spdlog::get("hearth");
  const auto& logger = hosts ? hosts : fallback();
  if (one.count == 1)
    logger->log(to_spdlog(one.level), "{} {}", one.id, one.fields);
  else
    logger->log(to_spdlog(one.level), "{} {} held_back={}", one.id, one.fields, one.count - 1);
}

} // namespace

journal::journal(stats::log_callback callback, std::function<std::int64_t()> now_ms)
    : callback_(std::move(callback)), now_ms_(std::move(now_ms)) {}

/// Occurrences that a line written now stands for, or 0 if it is held back.
std::uint64_t journal::count_to_write(std::string_view id, std::int64_t now_ms) {
  std::lock_guard guard{mutex_};
  auto found = lines_.find(id);
  if (found == lines_.end()) {
    lines_.emplace(id, line{now_ms, 0});
    return 1;
  }
  auto& last = found->second;
  if (now_ms >= last.at_ms && now_ms - last.at_ms < repeat_ms) { // a clock that was set back holds nothing back
    last.held_back += 1;
    return 0;
  }
  last.at_ms = now_ms;
  return std::exchange(last.held_back, 0) + 1;
}

void journal::write(stats::severity level, std::string_view id, std::string fields) {
  stats::log_event one;
  one.first_ms = one.last_ms = now_ms_();
  if (level != stats::severity::debug)
    events_.add(level, id, fields, one.last_ms);
  one.count = count_to_write(id, one.last_ms);
  if (one.count == 0)
    return;
  one.level = level;
  one.id = id;
  one.fields = std::move(fields);
  if (!callback_)
    return write_to_spdlog(one);
  try {
    callback_(one);
  } catch (...) { // a log must not end what it reports on
  }
}

} // namespace hearth::actors
