#include "actors/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace hearth::actors::log {

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

spdlog::level::level_enum to_spdlog(level severity) {
  switch (severity) {
  case level::debug: return spdlog::level::debug;
  case level::info: return spdlog::level::info;
  case level::warn: return spdlog::level::warn;
  case level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

} // namespace

void write(level severity, std::string_view event, std::string_view fields) {
  const auto hosts = spdlog::get("hearth");
  (hosts ? hosts : fallback())->log(to_spdlog(severity), "{} {}", event, fields);
}

} // namespace hearth::actors::log
