#pragma once

#include <spdlog/fmt/fmt.h>

#include <string_view>
#include <utility>

namespace hearth::actors::log {

enum class level : int { debug, info, warn, error };

/// Writes one line to the host's spdlog logger named "hearth", or to standard error if the host registered none: a
/// stable event id, then key=value. Never payload bytes. Threads: any.
void write(level severity, std::string_view event, std::string_view fields);

/// error = data lost or unsafe; warn = degraded; info = start and stop; debug = per batch.
template <class... Values>
void info(std::string_view event, fmt::format_string<Values...> fields, Values&&... values) {
  write(level::info, event, fmt::format(fields, std::forward<Values>(values)...));
}
template <class... Values>
void warn(std::string_view event, fmt::format_string<Values...> fields, Values&&... values) {
  write(level::warn, event, fmt::format(fields, std::forward<Values>(values)...));
}
template <class... Values>
void error(std::string_view event, fmt::format_string<Values...> fields, Values&&... values) {
  write(level::error, event, fmt::format(fields, std::forward<Values>(values)...));
}

} // namespace hearth::actors::log
