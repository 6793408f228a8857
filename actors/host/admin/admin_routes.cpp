#include "actors/host/admin/admin_routes.hpp"

#include "actors/host/admin/dashboard_page.hpp"
#include "stats/health.hpp"
#include "stats/json_reader.hpp"
#include "stats/json_writer.hpp"
#include "stats/metrics.hpp"
#include "stats/table.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace hearth {

namespace {

constexpr std::chrono::milliseconds flush_deadline{30'000};

constexpr const char* json_type = "application/json";

http_response json_response(std::string text, unsigned status = 200) {
  return {status, json_type, std::move(text) + '\n', {}};
}

http_response error_response(unsigned status, std::string_view what) {
  stats::json_writer json;
  json.integer("version", 1);
  json.text("error", what);
  return json_response(json.finish(), status);
}

/// HTTP status of an error of the cache.
unsigned status_of(errc code) {
  switch (code) {
  case errc::not_found: return 404;
  case errc::invalid_argument:
  case errc::too_large: return 400;
  case errc::timeout: return 504;
  case errc::closed:
  case errc::overloaded:
  case errc::no_memory: return 503;
  default: return 500;
  }
}

http_response error_response(const failure& error) { return error_response(status_of(error.code), error.context); }

/// A query's number, `absent` if it is not there, nothing if it is not a number.
std::optional<std::int64_t> number_in(const http_request& request, std::string_view name, std::int64_t absent) {
  const auto found = request.query.find(name);
  if (found == request.query.end())
    return absent;
  std::int64_t value = 0;
  const auto& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

http_response bad_number(const http_request& request, const std::string& name, const char* meaning) {
  return error_response(400, name + ": expected " + meaning + ", found \"" + request.query.find(name)->second + "\"");
}

std::string text_of(const std::function<void(stats::json_writer&)>& members) {
  stats::json_writer json;
  json.integer("version", 1);
  members(json);
  return json.finish();
}

void write_amount(stats::json_writer& json, std::string_view name, const amount& item) {
  json.object(name, [&] {
    json.integer("blocks", item.blocks);
    json.integer("bytes", item.bytes);
  });
}

/// Answers with the outcome of a call of the cache, or with its error.
template <class T, class ToText>
cache::callback<T> answer_to(http_respond respond, ToText to_text) {
  return [respond = std::move(respond), to_text = std::move(to_text)](result<T> outcome) {
    if (!outcome)
      return respond(error_response(outcome.error()));
    if constexpr (std::is_void_v<T>)
      respond(json_response(to_text()));
    else
      respond(json_response(to_text(*outcome)));
  };
}

std::string done_text() {
  return text_of([](stats::json_writer& json) { json.boolean("done", true); });
}

/// Limits in the body of a request. Errors: invalid_argument.
result<tier_limits> limits_in(const std::string& body) {
  stats::json_reader json{body};
  tier_limits limits;
  const auto limit = [&](const char* name, std::optional<std::uint64_t>& into) {
    if (json.has(name))
      json.integer(name, into.emplace());
  };
  limit("hot_bytes_max", limits.hot_bytes_max);
  limit("cold_bytes_max", limits.cold_bytes_max);
  if (!json.ok())
    return failure{errc::invalid_argument, "body: " + json.error()};
  if (!limits.hot_bytes_max && !limits.cold_bytes_max)
    return failure{errc::invalid_argument,
                   R"(body: found no limit, expected {"hot_bytes_max": N, "cold_bytes_max": N}, one of them or both)"};
  return limits;
}

/// Whether the value of a Host header, with or without a port, is this machine.
bool is_local(std::string_view host) {
  if (const auto colon = host.rfind(':');
      colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos)
    host = host.substr(0, colon);
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Health of a cache that does not answer as it should.
stats::health failing(const failure& error) {
  const bool closed = error.code == errc::closed;
  return {stats::health_status::failing, {{closed ? "closed" : "unresponsive", error.context}}};
}

} // namespace

class admin_routes::impl : public std::enable_shared_from_this<impl> {
public:
  impl(cache& of, admin_policy policy)
      : cache_(of), policy_(std::move(policy)), metrics_(policy_.namespace_labels_max) {}

  void handle(http_request request, http_respond respond) {
    if (policy_.local_hosts_only && !is_local(request.header("host")))
      return respond(error_response(403, "Host: found \"" + std::string{request.header("host")} +
                                             "\", expected localhost or a loopback address: this server is for this "
                                             "machine only"));
    const auto* const path = find(request.path);
    if (path == nullptr)
      return respond(error_response(404, "path: found " + request.path +
                                             ", expected one that API.md lists, for example /admin/api/stats"));
    if (request.method != path->method) {
      auto refused = error_response(405, "method: found " + request.method + ", expected " + path->method);
      refused.headers.emplace_back("Allow", std::string{path->method} == "GET" ? "GET, HEAD" : path->method);
      return respond(std::move(refused));
    }
    // The page itself tells nothing, and asks for the token that its requests need.
    const bool tells_nothing = path->answer == &impl::dashboard;
    if (auto refused = refusal(request, path->method == std::string_view{"POST"}); refused && !tells_nothing)
      return respond(std::move(*refused));
    (this->*path->answer)(request, std::move(respond));
  }

private:
  using answer = void (impl::*)(const http_request&, http_respond);
  struct route {
    const char* path;
    const char* method;
    impl::answer answer;
  };

  static const route* find(std::string_view path) {
    static constexpr std::array routes{
        route{"/", "GET", &impl::dashboard},
        route{"/admin/api/stats", "GET", &impl::stats},
        route{"/api/stats", "GET", &impl::stats},
        route{"/metrics", "GET", &impl::metrics},
        route{"/api/history", "GET", &impl::history},
        route{"/api/events", "GET", &impl::events},
        route{"/healthz", "GET", &impl::healthz},
        route{"/readyz", "GET", &impl::healthz},
        route{"/admin/api/hot-cache/clear", "POST", &impl::clear_hot},
        route{"/admin/api/ssd-cache/clear", "POST", &impl::clear_cold},
        route{"/api/flush", "POST", &impl::flush},
        route{"/api/stats/reset", "POST", &impl::reset_stats},
        route{"/api/limits", "POST", &impl::limits},
    };
    for (const auto& one : routes)
      if (path == one.path)
        return &one;
    return nullptr;
  }

  /// Why this client may not make this request, or nothing.
  [[nodiscard]] std::optional<http_response> refusal(const http_request& request, bool changing) const {
    if (!changing && !policy_.token_for_reading)
      return std::nullopt;
    if (!policy_.token)
      return error_response(403, "this server has no token_file, so it refuses every request that changes something");
    if (policy_.token->admits(request.header("authorization")))
      return std::nullopt;
    auto refused = error_response(401, "Authorization: expected Bearer and the token of this server");
    refused.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"hearth\"");
    return refused;
  }

  void dashboard(const http_request&, http_respond respond) {
    // What a page cannot say itself: no other page may frame it.
    respond({200,
             "text/html; charset=utf-8",
             std::string{dashboard_page},
             {{"Content-Security-Policy", "frame-ancestors 'none'"}, {"Referrer-Policy", "no-referrer"}}});
  }

  void stats(const http_request& request, http_respond respond) {
    const auto name = request.query.find("namespace");
    const auto format = request.query.find("format");
    if (format != request.query.end() && format->second != "table" && format->second != "json")
      return respond(error_response(400, "format: expected json or table, found \"" + format->second + "\""));
    const bool table = format != request.query.end() && format->second == "table";
    cache_.stats_async(name == request.query.end() ? "*" : name->second,
                       [table, respond = std::move(respond)](result<snapshot> found) {
                         if (!found)
                           return respond(error_response(found.error()));
                         if (table)
                           respond({200, "text/plain; charset=utf-8", to_table(*found), {}});
                         else
                           respond(json_response(to_json(*found)));
                       });
  }

  void metrics(const http_request& request, http_respond respond) {
    const bool open = request.header("accept").find("application/openmetrics-text") != std::string_view::npos;
    const auto format = open ? stats::metrics_format::open_metrics : stats::metrics_format::prometheus;
    cache_.stats_async("*", [self = shared_from_this(), format, respond = std::move(respond)](result<snapshot> found) {
      if (!found)
        return respond(error_response(found.error()));
      respond({200, std::string{stats::content_type(format)}, self->metrics_.render(*found, format), {}});
    });
  }

  void history(const http_request& request, http_respond respond) {
    const auto step = request.query.find("step");
    if (step != request.query.end() && step->second != "second" && step->second != "minute")
      return respond(error_response(400, "step: expected second or minute, found \"" + step->second + "\""));
    const auto since = number_in(request, "since", 0);
    if (!since)
      return respond(bad_number(request, "since", "a time in ms since the epoch"));
    const bool minutes = step != request.query.end() && step->second == "minute";
    cache_.history_async(
        minutes, *since,
        answer_to<stats::history>(std::move(respond), [](const stats::history& found) { return to_json(found); }));
  }

  void events(const http_request& request, http_respond respond) {
    const auto since = number_in(request, "since", 0);
    if (!since)
      return respond(bad_number(request, "since", "the number of an event"));
    respond(json_response(to_json(cache_.events(static_cast<std::uint64_t>(*since)))));
  }

  /// Asks hot_cache first, whether it answers, then stats.
  void healthz(const http_request&, http_respond respond) {
    const auto send = [respond = std::move(respond)](const stats::health& found) {
      respond(json_response(to_json(found), found.status == stats::health_status::failing ? 503 : 200));
    };
    cache_.contains_async({}, {}, [self = shared_from_this(), send](result<std::vector<bool>> alive) {
      if (!alive)
        return send(failing(alive.error()));
      self->cache_.stats_async(
          "*", [send](result<snapshot> found) { send(found ? health_of(*found) : failing(found.error())); });
    });
  }

  void clear_hot(const http_request&, http_respond respond) { clear(tier::hot, std::move(respond)); }
  void clear_cold(const http_request&, http_respond respond) { clear(tier::cold, std::move(respond)); }

  void clear(tier which, http_respond respond) {
    cache_.clear_tier_async(which, {}, answer_to<clear_report>(std::move(respond), [](const clear_report& report) {
                              return text_of([&](stats::json_writer& json) {
                                json.integer("removed", report.removed);
                                json.integer("still_hot", report.still_hot);
                              });
                            }));
  }

  void flush(const http_request&, http_respond respond) {
    cache_.flush_async(flush_deadline, answer_to<flush_report>(std::move(respond), [](const flush_report& report) {
                         return text_of([&](stats::json_writer& json) {
                           write_amount(json, "written", report.written);
                           write_amount(json, "left", report.left);
                           json.boolean("synced", report.synced);
                         });
                       }));
  }

  void reset_stats(const http_request&, http_respond respond) {
    cache_.reset_stats_async(answer_to<void>(std::move(respond), done_text));
  }

  void limits(const http_request& request, http_respond respond) {
    const auto asked = limits_in(request.body);
    if (!asked)
      return respond(error_response(asked.error()));
    cache_.limit_async(*asked, answer_to<void>(std::move(respond), done_text));
  }

  cache& cache_;
  const admin_policy policy_;
  hearth::stats::metrics_renderer metrics_;
};

admin_routes::admin_routes(cache& of, admin_policy policy) : impl_(std::make_shared<impl>(of, std::move(policy))) {}
admin_routes::~admin_routes() = default;

void admin_routes::handle(http_request request, http_respond respond) {
  impl_->handle(std::move(request), std::move(respond));
}

} // namespace hearth
