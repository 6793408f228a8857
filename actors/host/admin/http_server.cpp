#include "actors/host/admin/http_server.hpp"

#include "actors/host/admin/answer_box.hpp"
#include "actors/host/admin/listening_socket.hpp"
#include "actors/host/admin/request_head.hpp"
#include "actors/host/admin/tls_files.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

namespace hearth {

namespace {

using steady = std::chrono::steady_clock;
using storage::errc;
using storage::failure;
using storage::result;

/// Memory of libmicrohttpd for each connection: the head of a request, or that of an answer. Heads of more than about
/// 16 KiB are refused (431).
constexpr std::size_t head_bytes_max = 32u << 10;
/// Body that is read and dropped, in bodies of the largest size, so that a client that sends too much can read why.
constexpr std::uint64_t dropped_bodies_max = 4;
/// New connections in one turn, so that they do not keep the others waiting.
constexpr std::size_t accepts_max = 16;
/// Pause after the system had no descriptor or memory.
constexpr int failure_pause_ms = 100;
/// Turns in a row that libmicrohttpd may ask for at once; after these, one each millisecond. 0.9.75 asks without end
/// while a chunked body has a chunk header that does not fit into its memory: such a connection is cut.
constexpr unsigned quick_turns_max = 16;

/// Blocks the signals of the calling thread while it exists, for a thread that is started meanwhile: the host's signals
/// are handled by the host's threads, and a write to a closed connection raises none. Signals of faults stay, so that
/// the host's crash reports include this thread.
class signals_blocked {
public:
  signals_blocked() {
    sigset_t all;
    ::sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
      ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_{};
};

http_response plain_answer(unsigned status, std::string_view reason) {
  return {.status = status, .body = std::string{reason} + ".\n"};
}

/// An answer that is sent to the socket itself, because libmicrohttpd cannot send one any more.
struct last_words {
  const char* status = "";
  const char* reason = "";
};

constexpr last_words too_late{"408 Request Timeout", "The request did not arrive in time.\n"};

/// Pre: nothing of another answer was sent.
void send_last_words(int socket, last_words words) {
  std::array<char, 512> text{};
  const int size = std::snprintf(text.data(), text.size(),
                                 "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
                                 "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
                                 "\r\n%s",
                                 words.status, std::strlen(words.reason), words.reason);
  assert(size > 0 && static_cast<std::size_t>(size) < text.size());
  static_cast<void>(::send(socket, text.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT));
}

} // namespace

/// What the thread of a server works with. `open` and the destructor run on the host's threads, while that thread does
/// not exist; the rest runs on that thread.
class http_server::loop {
public:
  loop(const http_options& options, http_handler handler, http_log log)
      : options_(options), handler_(std::move(handler)), log_(std::move(log)) {}
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  ~loop() {
    if (thread_.joinable()) {
      assert(thread_.get_id() != std::this_thread::get_id());
      answers_->close();
      thread_.join();
    } else if (daemon_) {
      MHD_stop_daemon(daemon_);
    }
  }

  result<void> open() {
    auto tls = read_tls_files(options_);
    if (!tls)
      return tls.error();
    tls_ = !tls->key.empty();
    if (tls->key_is_public)
      note(stats::severity::warn, "admin.key_is_public", "key_file=\"" + options_.key_file + "\" advice=\"chmod o-r\"");
    auto answers = answer_box::make();
    if (!answers)
      return answers.error();
    answers_ = std::move(*answers);
    auto listener = options_.socket_path.empty() ? listening_socket::tcp(options_.address, options_.port)
                                                 : listening_socket::unix_domain(options_.socket_path);
    if (!listener)
      return listener.error();
    address_ = listener->address();
    port_ = listener->port();
    listener_.emplace(std::move(*listener));
    if (auto started = start_daemon(*tls); !started)
      return started;
    const signals_blocked blocked;
    try {
      thread_ = std::thread{[this] { run(); }};
    } catch (const std::system_error& error) {
      return {errc::io, std::string{"HTTP server: its thread cannot be started: "} + error.what() +
                            ": end some threads, or raise the limit (ulimit -u)"};
    }
    return {};
  }

  const std::string& address() const noexcept { return address_; }
  std::uint16_t port() const noexcept { return port_; }

private:
  void note(stats::severity level, std::string_view id, std::string fields) const {
    if (log_)
      log_(level, id, std::move(fields));
  }

  enum class phase : std::uint8_t {
    receiving, ///< waits for a request, or for the rest of one
    answering, ///< the handler has the request; libmicrohttpd has suspended the connection
    sending,   ///< the client takes the answer
    closing    ///< was cut; libmicrohttpd has yet to notice
  };

  struct connection {
    MHD_Connection* handle = nullptr;
    int socket = -1;
    phase doing = phase::receiving;
    steady::time_point since = steady::now(); ///< when the phase began
    bool fresh = true;                        ///< no request was answered yet
    bool has_line = false;                    ///< the request line was received
    bool has_head = false;                    ///< the headers were received and are valid
    bool suspended = false;
    std::uint64_t body_bytes = 0; ///< received, the dropped bytes of a body that is too large included
    std::uint64_t last_turn = 0;  ///< in which head or body were received
    std::string target;
    http_request request;
    std::uint64_t number = 0; ///< of the request, while its handler has it
    std::optional<http_response> answer;

    void enter(phase next) {
      doing = next;
      since = steady::now();
    }
  };

  result<void> start_daemon(const tls_files& tls) {
    if (tls_ && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
      return {errc::unsupported, "certificate_file: this libmicrohttpd was built without TLS"};
    std::vector<MHD_OptionItem> more;
    if (tls_) {
      more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(tls.certificate.c_str())});
      more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(tls.key.c_str())});
      more.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")});
    }
    more.push_back({MHD_OPTION_END, 0, nullptr});
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (tls_)
      flags |= MHD_USE_TLS;
    daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this,                                //
                               MHD_OPTION_EXTERNAL_LOGGER, &on_message, static_cast<void*>(this),            //
                               MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(options_.connections_max), //
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, head_bytes_max,                           //
                               MHD_OPTION_STRICT_FOR_CLIENT, 1,                                              //
                               MHD_OPTION_URI_LOG_CALLBACK, &on_target, static_cast<void*>(this),            //
                               MHD_OPTION_NOTIFY_CONNECTION, &on_connection, static_cast<void*>(this),       //
                               MHD_OPTION_NOTIFY_COMPLETED, &on_completed, static_cast<void*>(this),         //
                               MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
    const auto told = std::exchange(messages_, std::nullopt).value_or("");
    if (!daemon_)
      return tls_ ? failure{errc::invalid_argument, "certificate_file " + options_.certificate_file + ", key_file " +
                                                        options_.key_file + ": libmicrohttpd says:" + told}
                  : failure{errc::io, "HTTP server: libmicrohttpd says:" + told};
    const auto* poll_set = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    if (!poll_set || poll_set->epoll_fd < 0)
      return {errc::unsupported, "HTTP server: this libmicrohttpd was built without epoll"};
    poll_set_ = poll_set->epoll_fd;
    return {};
  }

  // The thread.

  void run() noexcept {
    ::pthread_setname_np(::pthread_self(), "hearth-http");
    while (!answers_->closed()) {
      try {
        ++turn_;
        accept_connections();
        MHD_run(daemon_);
        take_answers();
        enforce_deadlines(steady::now());
        wait();
      } catch (const std::exception&) { // no memory: the next turn tries again
        static_cast<void>(::poll(nullptr, 0, failure_pause_ms));
      }
    }
    listener_.reset();
    for (auto& [socket, c] : connections_)
      if (std::exchange(c.suspended, false))
        MHD_resume_connection(c.handle);
    MHD_stop_daemon(std::exchange(daemon_, nullptr));
  }

  bool full() const noexcept { return connections_.size() >= options_.connections_max; }

  void accept_connections() {
    if (!someone_waits_ || full())
      return;
    const auto room = std::min(accepts_max, options_.connections_max - connections_.size());
    for (std::size_t accepted = 0; accepted < room; ++accepted) {
      const int socket = storage::uninterrupted(
          [&] { return ::accept4(listener_->number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); });
      if (socket < 0) {
        someone_waits_ = false;
        if (const int error = errno; error != EAGAIN && error != ECONNABORTED) {
          accept_after_ = steady::now() + std::chrono::milliseconds{failure_pause_ms};
          note(stats::severity::warn, "admin.accept_failed",
               "error=\"" + std::generic_category().message(error) + "\"");
        }
        return;
      }
      // libmicrohttpd copies an address only to report it. It closes the socket if it has no memory for it.
      const sockaddr unnamed{};
      MHD_add_connection(daemon_, socket, &unnamed, sizeof unnamed);
    }
  }

  void take_answers() {
    for (auto& [number, response] : answers_->take())
      if (const auto found = asked_.find(number); found != asked_.end()) {
        auto& c = *found->second;
        asked_.erase(found);
        settle(c, std::move(response));
      }
  }

  /// Has the connection send this answer.
  void settle(connection& c, http_response&& response) {
    c.answer.emplace(std::move(response));
    c.enter(phase::sending);
    if (std::exchange(c.suspended, false)) {
      MHD_resume_connection(c.handle);
      resumed_ = true;
    }
  }

  steady::time_point deadline_of(const connection& c) const noexcept {
    switch (c.doing) {
    case phase::receiving: return c.since + options_.request_deadline;
    case phase::answering: return c.since + options_.answer_deadline;
    case phase::sending: return c.since + options_.response_deadline;
    case phase::closing: break;
    }
    return steady::time_point::max();
  }

  void enforce_deadlines(steady::time_point now) {
    for (auto& [socket, c] : connections_) {
      if (now < deadline_of(c))
        continue;
      if (c.doing == phase::answering) {
        asked_.erase(c.number);
        settle(c, plain_answer(504, "The cache did not answer in time"));
      } else {
        cut(c, too_late);
      }
    }
    if (auto* longest = longest_waiting(); longest && now >= longest->since + options_.crowded_deadline)
      cut(*longest, too_late);
  }

  /// The connection that gives way to one that waits: null if none waits, or if one is giving way already.
  connection* longest_waiting() {
    connection* longest = nullptr;
    if (!crowded_)
      return nullptr;
    for (auto& [socket, c] : connections_) {
      if (c.doing == phase::closing)
        return nullptr;
      if (c.doing == phase::receiving && (!longest || c.since < longest->since))
        longest = &c;
    }
    return longest;
  }

  /// Cuts the connections that libmicrohttpd cannot go on with.
  void cut_stuck() {
    for (auto& [socket, c] : connections_)
      if (c.doing == phase::receiving && c.has_head && turn_ - c.last_turn >= quick_turns_max &&
          !c.request.header("transfer-encoding").empty())
        cut(c, {"400 Bad Request", "The header of a chunk is too long.\n"});
  }

  /// Ends a connection: libmicrohttpd closes a socket that was shut down. If it was receiving a request, and nothing of
  /// an answer was sent, the client reads why, except with TLS.
  void cut(connection& c, last_words why) {
    if (c.doing == phase::receiving && !tls_ && (c.fresh || c.has_line))
      send_last_words(c.socket, c.body_bytes > options_.body_bytes_max
                                    ? last_words{"413 Content Too Large", "The body of the request is too large.\n"}
                                    : why);
    if (c.doing == phase::sending) { // the kernel keeps nothing for a client that does not read
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      static_cast<void>(::setsockopt(c.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    }
    static_cast<void>(::shutdown(c.socket, SHUT_RDWR));
    c.enter(phase::closing);
  }

  /// Waits for a socket, an answer, or the next deadline.
  void wait() {
    const auto now = steady::now();
    auto next = steady::time_point::max();
    for (const auto& [socket, c] : connections_)
      next = std::min(next, deadline_of(c));
    if (!full())
      crowded_ = false;
    if (const auto* longest = longest_waiting())
      next = std::min(next, longest->since + options_.crowded_deadline);
    const bool paused = now < accept_after_;
    if (paused)
      next = std::min(next, accept_after_);
    int timeout_ms = -1;
    if (next != steady::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
    }
    MHD_UNSIGNED_LONG_LONG wanted_ms = 0;
    if (MHD_get_timeout(daemon_, &wanted_ms) != MHD_YES || wanted_ms != 0) {
      quick_turns_ = 0;
    } else if (++quick_turns_ <= quick_turns_max) {
      timeout_ms = 0;
    } else {
      timeout_ms = 1;
      cut_stuck();
    }
    if (std::exchange(resumed_, false))
      timeout_ms = 0;
    std::array<pollfd, 3> watched{pollfd{answers_->event(), POLLIN, 0}, pollfd{poll_set_, POLLIN, 0},
                                  pollfd{listener_->number(), POLLIN, 0}};
    if (paused || crowded_)
      watched[2].fd = -1; // poll leaves it out
    if (::poll(watched.data(), watched.size(), timeout_ms) < 0)
      return; // a signal that cannot be blocked, or no memory: the next turn tries again
    if (watched[2].revents != 0)
      (full() ? crowded_ : someone_waits_) = true;
  }

  // What libmicrohttpd calls, on the thread. No exception may leave these functions.

  static connection* connection_of(MHD_Connection* handle) noexcept {
    const auto* info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? static_cast<connection*>(info->socket_context) : nullptr;
  }

  static void on_message(void* self, const char* format, va_list values) noexcept {
    auto& messages = static_cast<loop*>(self)->messages_;
    if (!messages)
      return; // libmicrohttpd has started: from now on it reports what clients do wrong
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, values);
    try {
      messages->append(" ").append(text.data());
      messages->erase(messages->find_last_not_of(" \n") + 1);
    } catch (const std::exception&) {
      messages->clear();
    }
  }

  static void on_connection(void* self, MHD_Connection* handle, void** context,
                            MHD_ConnectionNotificationCode code) noexcept {
    auto& running = *static_cast<loop*>(self);
    const int socket = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
      if (const auto* c = static_cast<connection*>(std::exchange(*context, nullptr))) {
        running.asked_.erase(c->number);
        running.connections_.erase(socket);
      }
      return;
    }
    try {
      auto& c = running.connections_[socket];
      c.handle = handle;
      c.socket = socket;
      *context = &c;
    } catch (const std::exception&) { // no memory; nothing would watch its deadlines
      *context = nullptr;
      static_cast<void>(::shutdown(socket, SHUT_RDWR));
    }
  }

  /// The request line was received.
  static void* on_target(void*, const char* target, MHD_Connection* handle) noexcept {
    auto* c = connection_of(handle);
    if (!c || !target)
      return nullptr;
    c->has_line = true;
    if (!c->fresh)
      c->since = steady::now(); // until now the connection was idle
    try {
      c->target = target;
    } catch (const std::exception&) {
      c->target.clear(); // refused as invalid
    }
    // We decode the query. libmicrohttpd must not: 1.0.1 crashes if it finds a name without a value, no header follows,
    // and its memory is almost full. Nothing remains to be decoded if the query is empty; the memory is not constant.
    if (auto* question = std::strchr(const_cast<char*>(target), '?'))
      question[1] = '\0';
    return c;
  }

  static MHD_Result on_header(void* headers, MHD_ValueKind, const char* name, std::size_t name_bytes, const char* value,
                              std::size_t value_bytes) noexcept {
    try {
      static_cast<std::vector<std::pair<std::string_view, std::string_view>>*>(headers)->emplace_back(
          std::string_view{name, name_bytes}, value ? std::string_view{value, value_bytes} : std::string_view{});
      return MHD_YES;
    } catch (const std::exception&) {
      return MHD_NO;
    }
  }

  /// The head was received; then each piece of the body; then the end, and once more when there is an answer.
  static MHD_Result on_request(void* self, MHD_Connection* handle, const char*, const char* method, const char* version,
                               const char* piece, std::size_t* piece_bytes, void**) noexcept {
    auto* c = connection_of(handle);
    if (!c || c->doing == phase::closing)
      return MHD_NO;
    try {
      auto& running = *static_cast<loop*>(self);
      if (!c->has_head)
        return running.begin(*c, method, version);
      if (*piece_bytes != 0) {
        running.receive(*c, std::string_view{piece, std::exchange(*piece_bytes, 0)});
        return MHD_YES;
      }
      return running.finish(*c);
    } catch (const std::exception&) { // no memory
      return MHD_NO;
    }
  }

  static void on_completed(void* self, MHD_Connection* handle, void**, MHD_RequestTerminationCode) noexcept {
    if (auto* c = connection_of(handle)) {
      static_cast<loop*>(self)->asked_.erase(c->number);
      connection next;
      next.handle = c->handle;
      next.socket = c->socket;
      next.fresh = false;
      if (c->doing == phase::closing)
        next.doing = phase::closing;
      *c = std::move(next);
    }
  }

  MHD_Result begin(connection& c, const char* method, const char* version) {
    request_head head{method, c.target, version, {}};
    const int listed = MHD_get_connection_values_n(c.handle, MHD_HEADER_KIND, &on_header, &head.headers);
    if (listed < 0 || head.headers.size() != static_cast<std::size_t>(listed))
      return MHD_NO;
    if (const auto refused = read_head(head, c.request))
      return send(c, plain_answer(refused->status, "Refused: " + std::string{refused->reason}));
    if (announced_body_bytes(c.request) > options_.body_bytes_max)
      return send(c, too_large());
    c.has_head = true;
    c.last_turn = turn_;
    return MHD_YES;
  }

  void receive(connection& c, std::string_view piece) {
    c.body_bytes += piece.size();
    c.last_turn = turn_;
    if (c.body_bytes <= options_.body_bytes_max) {
      c.request.body.append(piece);
      return;
    }
    std::string{}.swap(c.request.body);
    if (c.body_bytes > dropped_bodies_max * options_.body_bytes_max + head_bytes_max)
      cut(c, {});
  }

  MHD_Result finish(connection& c) {
    if (c.doing == phase::receiving && c.body_bytes > options_.body_bytes_max)
      return send(c, too_large());
    if (c.doing == phase::receiving) {
      ask(c);
      take_answers(); // of a handler that answers at once
    }
    if (c.answer)
      return send(c, std::move(*c.answer));
    c.suspended = true;
    MHD_suspend_connection(c.handle);
    return MHD_YES;
  }

  void ask(connection& c) {
    c.number = ++last_number_;
    asked_.emplace(c.number, &c);
    c.enter(phase::answering);
    const auto respond = answers_->responder(c.number);
    std::string what;
    try {
      handler_(std::move(c.request), respond);
      return;
    } catch (const std::exception& error) {
      what = error.what();
    } catch (...) {
      what = "not a std::exception";
    }
    note(stats::severity::error, "admin.failed",
         "target=\"" + std::string{c.target}.substr(0, 200) + "\" what=\"" + std::string{what}.substr(0, 500) + "\"");
    respond(plain_answer(500, "The request failed; the log of the process says why"));
  }

  static http_response too_large() { return plain_answer(413, "The body of the request is too large"); }

  MHD_Result send(connection& c, http_response answer) {
    assert(answer.status >= 200 && answer.status < 600);
    auto body = std::make_unique<std::string>(std::move(answer.body));
    auto* made = MHD_create_response_from_buffer_with_free_callback_cls(
        body->size(), body->data(), [](void* held) { delete static_cast<std::string*>(held); }, body.get());
    if (!made)
      return MHD_NO;
    static_cast<void>(body.release());
    bool added = true, has_caching = false;
    const auto add = [&](const char* name, const char* value) {
      added = added && MHD_add_response_header(made, name, value) == MHD_YES;
    };
    for (const auto& [name, value] : answer.headers) {
      add(name.c_str(), value.c_str());
      has_caching = has_caching || name == MHD_HTTP_HEADER_CACHE_CONTROL;
    }
    if (!answer.content_type.empty())
      add(MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
    if (!has_caching)
      add(MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add("X-Content-Type-Options", "nosniff");
    assert(added); // a header that HTTP does not allow, such as one with a line break
    c.enter(phase::sending);
    const auto queued = added ? MHD_queue_response(c.handle, answer.status, made) : MHD_NO;
    MHD_destroy_response(made);
    return queued;
  }

  const http_options options_;
  const http_handler handler_;
  const http_log log_;
  bool tls_ = false;
  std::string address_;
  std::uint16_t port_ = 0;
  std::optional<std::string> messages_{std::in_place}; ///< of libmicrohttpd, until it has started
  std::shared_ptr<answer_box> answers_;
  std::optional<listening_socket> listener_;
  MHD_Daemon* daemon_ = nullptr;
  int poll_set_ = -1;          ///< readable once libmicrohttpd has something to do; owned by it
  bool someone_waits_ = false; ///< for its connection to be accepted
  bool crowded_ = false;       ///< someone waits, and there are as many connections as there may be
  steady::time_point accept_after_{};
  std::uint64_t turn_ = 0;
  unsigned quick_turns_ = 0;
  bool resumed_ = false; ///< a connection was resumed since the last MHD_run, which 0.9.75 does not count as its work
  std::unordered_map<int, connection> connections_;      ///< by socket; libmicrohttpd owns the sockets
  std::unordered_map<std::uint64_t, connection*> asked_; ///< by the number of the request
  std::uint64_t last_number_ = 0;
  std::thread thread_;
};

result<std::unique_ptr<http_server>> http_server::open(const http_options& options, http_handler handler,
                                                       http_log log) {
  if (auto valid = options.validate(); !valid)
    return valid.error();
  auto opening = std::make_unique<loop>(options, std::move(handler), std::move(log));
  if (auto opened = opening->open(); !opened)
    return opened.error();
  return std::unique_ptr<http_server>(new http_server{std::move(opening)});
}

http_server::http_server(std::unique_ptr<loop> running) noexcept : loop_(std::move(running)) {}

http_server::~http_server() = default;

const std::string& http_server::address() const noexcept { return loop_->address(); }

std::uint16_t http_server::port() const noexcept { return loop_->port(); }

} // namespace hearth
