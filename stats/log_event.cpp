#include "stats/log_event.hpp"

#include "stats/json_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace hearth::stats {

namespace {

std::string iso_8601(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm utc{};
  if (::gmtime_r(&seconds, &utc) == nullptr)
    return std::to_string(unix_ms);
  std::array<char, 32> date{};
  const auto length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
  return std::string{date.data(), length} + fraction.data();
}

void what_happened(json_writer& json, const log_event& event) {
  json.text("level", to_string(event.level));
  json.text("event", event.id);
  json.integer("count", event.count);
  json.object("fields", [&] {
    for (const auto& [key, value] : fields_of(event.fields))
      json.text(key, value);
  });
}

} // namespace

std::string_view to_string(severity level) noexcept {
  switch (level) {
  case severity::debug: return "debug";
  case severity::info: return "info";
  case severity::warn: return "warn";
  case severity::error: return "error";
  }
  return "?";
}

void event_log::add(severity level, std::string_view id, std::string fields, std::int64_t now_ms) {
  std::lock_guard guard{mutex_};
  log_event fresh;
  const auto same = std::find_if(events_.rbegin(), events_.rend(),
                                 [&](const log_event& one) { return one.id == id && one.level == level; });
  if (same != events_.rend() && now_ms - same->last_ms <= burst_ms) {
    fresh = std::move(*same);
    fresh.count += 1;
    events_.erase(std::next(same).base());
  } else {
    fresh.first_ms = now_ms;
    fresh.level = level;
    fresh.id = id;
  }
  fresh.number = ++last_number_;
  fresh.last_ms = now_ms;
  fresh.fields = std::move(fields);
  events_.push_back(std::move(fresh));
  if (events_.size() > events_max_)
    events_.pop_front();
}

std::vector<log_event> event_log::since(std::uint64_t number) const {
  std::lock_guard guard{mutex_};
  const auto first =
      std::find_if(events_.begin(), events_.end(), [&](const log_event& one) { return one.number > number; });
  std::vector<log_event> found{first, events_.end()};
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<std::pair<std::string, std::string>> fields_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> found;
  while (!text.empty()) {
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const auto equals = text.find('=');
    const auto space = text.find(' ');
    if (equals == std::string_view::npos || space < equals) { // text without a key, up to the next pair
      const auto end = std::min(space, text.size());
      if (!found.empty() && found.back().first == "text")
        found.back().second += ' ' + std::string{text.substr(0, end)};
      else
        found.emplace_back("text", text.substr(0, end));
      text.remove_prefix(end);
      continue;
    }
    const std::string key{text.substr(0, equals)};
    text.remove_prefix(equals + 1);
    const bool quoted = !text.empty() && text.front() == '"';
    if (quoted)
      text.remove_prefix(1);
    const auto end = std::min(text.find(quoted ? '"' : ' '), text.size());
    found.emplace_back(key, text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return found;
}

std::string to_json_line(const log_event& event) {
  json_writer json{json_writer::layout::one_line};
  json.text("time", iso_8601(event.last_ms));
  what_happened(json, event);
  return json.finish();
}

std::string to_json(const std::vector<log_event>& events) {
  json_writer json;
  json.integer("version", 1);
  json.array("events", [&] {
    for (const auto& event : events)
      json.element([&] {
        json.integer("number", event.number);
        json.integer("first_ms", static_cast<std::uint64_t>(event.first_ms));
        json.integer("last_ms", static_cast<std::uint64_t>(event.last_ms));
        what_happened(json, event);
      });
  });
  return json.finish();
}

} // namespace hearth::stats
