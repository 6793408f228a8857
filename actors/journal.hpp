#pragma once

#include "stats/log_event.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace hearth::actors {

/// Journal of one cache: the log lines that it writes, and the events that it remembers. A line goes to the host's
/// `on_log` if there is one, else to the host's spdlog logger "hearth", else (warnings and errors) to standard error. A
/// line that repeats within a second is held back; the next line with that id says how many. Every line is also an
/// event, except debug lines. EVENTS.md lists all ids; a line has a stable id, then key=value, and never payload bytes.
/// error = data lost or unsafe; warn = degraded; info = start, stop and change; debug = per batch.
/// Threads: any. An exception of the callback is swallowed and counts as written.
class journal {
public:
  static constexpr std::int64_t repeat_ms = 1000;

  /// `now_ms`: ms since the epoch.
  journal(stats::log_callback callback, std::function<std::int64_t()> now_ms);

  template <class... Values>
  void debug(std::string_view id, fmt::format_string<Values...> fields, Values&&... values) {
    write(stats::severity::debug, id, fmt::format(fields, std::forward<Values>(values)...));
  }
  template <class... Values>
  void info(std::string_view id, fmt::format_string<Values...> fields, Values&&... values) {
    write(stats::severity::info, id, fmt::format(fields, std::forward<Values>(values)...));
  }
  template <class... Values>
  void warn(std::string_view id, fmt::format_string<Values...> fields, Values&&... values) {
    write(stats::severity::warn, id, fmt::format(fields, std::forward<Values>(values)...));
  }
  template <class... Values>
  void error(std::string_view id, fmt::format_string<Values...> fields, Values&&... values) {
    write(stats::severity::error, id, fmt::format(fields, std::forward<Values>(values)...));
  }

  void write(stats::severity level, std::string_view id, std::string fields);

  [[nodiscard]] const stats::event_log& events() const noexcept { return events_; }
  [[nodiscard]] std::int64_t now_ms() const { return now_ms_(); }

private:
  /// What was written last under one id.
  struct line {
    std::int64_t at_ms = 0;
    std::uint64_t held_back = 0;
  };

  [[nodiscard]] std::uint64_t count_to_write(std::string_view id, std::int64_t now_ms);

  const stats::log_callback callback_;
  const std::function<std::int64_t()> now_ms_;
  stats::event_log events_;
  std::mutex mutex_;
  std::map<std::string, line, std::less<>> lines_; ///< by id
};

} // namespace hearth::actors
