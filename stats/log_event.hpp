#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::stats {

/// Severity of a log event: error: data is lost or unsafe; warn: the service is degraded; info: start, stop, change.
enum class severity : std::uint8_t { debug, info, warn, error };
[[nodiscard]] std::string_view to_string(severity level) noexcept;

/// Log event: something that an operator may want to know. actors/EVENTS.md lists all ids.
struct log_event {
  std::uint64_t number = 0;  ///< 1, 2, ...: the latest event has the highest number
  std::int64_t first_ms = 0; ///< time of the first occurrence, ms since the epoch (UTC)
  std::int64_t last_ms = 0;  ///< time of the last occurrence
  severity level = severity::info;
  std::string id;          ///< stable id, for example "stats.write_drops"
  std::string fields;      ///< key=value pairs of the last occurrence; never payload bytes
  std::uint64_t count = 1; ///< occurrences that this event stands for

  friend bool operator==(const log_event&, const log_event&) = default;
};

/// Receives the log of a cache.
using log_callback = std::function<void(const log_event&)>;

/// Event log: the last `events_max` events. An event that repeats within `burst_ms` of its last occurrence is added to
/// the earlier one: the count grows, and the event becomes the latest with a new number. So a burst takes one entry.
/// Threads: any.
class event_log {
public:
  static constexpr std::int64_t burst_ms = 10'000;

  explicit event_log(std::size_t events_max = 1000) : events_max_(events_max) {} ///< pre: events_max >= 1

  /// Adds an event that happened at `now_ms`.
  void add(severity level, std::string_view id, std::string fields, std::int64_t now_ms);

  /// Events with a number above `number`, latest first.
  [[nodiscard]] std::vector<log_event> since(std::uint64_t number = 0) const;

private:
  const std::size_t events_max_;
  mutable std::mutex mutex_;
  std::deque<log_event> events_; ///< by number, ascending
  std::uint64_t last_number_ = 0;
};

/// One line of JSON without a newline: time (ISO 8601, UTC), level, event, count, and each key=value of `fields` as a
/// text member of "fields". `count` is the number of occurrences that the line stands for.
[[nodiscard]] std::string to_json_line(const log_event& event);

/// Events as JSON, version 1; actors/host/admin/API.md has an example. No newline at the end.
[[nodiscard]] std::string to_json(const std::vector<log_event>& events);

/// Splits "key=value other=\"a b\"" into pairs, in order; quotes around a value are removed. Text without "=" becomes a
/// pair with the key "text".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> fields_of(std::string_view text);

} // namespace hearth::stats
