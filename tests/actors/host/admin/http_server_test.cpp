// An HTTP server and honest clients, over real sockets.
#include "actors/host/admin/http_server.hpp"

#include "tests/actors/host/admin/http_client.hpp"
#include "tests/actors/host/admin/served.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/resource.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;
using storage::errc;
namespace fs = std::filesystem;

namespace {

/// Blocked signals of the thread of this name, as the kernel tells them; nothing if there is no such thread.
std::optional<std::uint64_t> blocked_signals(const std::string& thread) {
  for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    std::string key, value;
    bool found = false;
    while (status >> key && std::getline(status, value)) {
      found = found || (key == "Name:" && value.find(thread) != value.npos);
      if (found && key == "SigBlk:")
        return std::stoull(value, nullptr, 16);
    }
  }
  return std::nullopt;
}

/// The process may open no file descriptor of this number or a higher one, while this exists.
class few_descriptors {
public:
  explicit few_descriptors(rlim_t most) {
    // The first virtual call of a type needs a descriptor, if UBSan checks it.
    static_cast<void>(std::generic_category().message(EMFILE));
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit lowered{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

std::atomic<int> pipe_signals{0};

/// The process counts SIGPIPE while this exists.
class counts_pipe_signals {
public:
  counts_pipe_signals() {
    pipe_signals = 0;
    struct sigaction counting {};
    counting.sa_handler = [](int) { ++pipe_signals; };
    ::sigaction(SIGPIPE, &counting, &before_);
  }
  counts_pipe_signals(const counts_pipe_signals&) = delete;
  counts_pipe_signals& operator=(const counts_pipe_signals&) = delete;
  ~counts_pipe_signals() { ::sigaction(SIGPIPE, &before_, nullptr); }

private:
  struct sigaction before_ {};
};

} // namespace

TEST_CASE("A GET reaches the handler decoded, and its answer reaches the client") {
  const auto server = serve(patient());
  CHECK(server->address() == "127.0.0.1:" + std::to_string(server->port()));
  auto client = http_client::tcp(server->port());
  client.send("GET /a%20b?x=1&y=%2b+ HTTP/1.1\r\nHost: here\r\nAccept: text/html\r\nX-Two: a\r\nX-Two: b\r\n\r\n");
  const auto reply = client.read();
  CHECK(reply.status == 200);
  CHECK(reply.body == "method=GET\npath=/a b\nquery x=1\nquery y=+ \nheader accept=text/html\nheader host=here\n"
                      "header x-two=a, b\nbody=\n");
  CHECK(reply.head.find("\r\nContent-Type: text/plain; charset=utf-8\r\n") != std::string::npos);
  CHECK(reply.head.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(reply.head.find("\r\nCache-Control: no-store\r\n") != std::string::npos);
}

TEST_CASE("A HEAD is answered as GET, without the body") {
  const auto server = serve(patient());
  auto client = http_client::tcp(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: here\r\n\r\n");
  const auto head = client.read(true);
  const auto get = client.get("/");
  CHECK(head.status == 200);
  const std::string length = "Content-Length: " + std::to_string(get.body.size()) + "\r\n";
  CHECK(head.head.find(length) != std::string::npos);
  CHECK(get.body.starts_with("method=GET\n"));
}

TEST_CASE("Status and headers are those of the handler, whatever the method") {
  const auto server = serve(patient(), [](const http_request& request, const http_respond& respond) {
    respond({.status = 405,
             .content_type = "application/json",
             .body = "{\"method\":\"" + request.method + "\"}",
             .headers = {{"Allow", "GET"}, {"Cache-Control", "max-age=1"}}});
  });
  auto client = http_client::tcp(server->port());
  for (const std::string method : {"POST", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    client.send(method + " / HTTP/1.1\r\nHost: here\r\n\r\n");
    const auto reply = client.read();
    CHECK(reply.status == 405);
    CHECK(reply.body == "{\"method\":\"" + method + "\"}");
    CHECK(reply.head.find("\r\nAllow: GET\r\n") != std::string::npos);
    CHECK(reply.head.find("\r\nCache-Control: max-age=1\r\n") != std::string::npos);
    CHECK(reply.head.find("no-store") == std::string::npos);
    CHECK(reply.head.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  }
}

TEST_CASE("The body of a request is received whole, by length or in chunks, however it is cut") {
  const auto server = serve(patient());
  auto client = http_client::tcp(server->port());
  const std::string body(60'000, 'b');
  client.send("POST /p HTTP/1.1\r\nHost: here\r\nContent-Length: 60000\r\n\r\n");
  for (std::size_t at = 0; at < body.size(); at += 7'000)
    client.send(std::string_view{body}.substr(at, 7'000));
  CHECK(client.read().body.ends_with("body=" + body + "\n"));
  client.send("POST /p HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const std::string piece : {"3\r\nabc", "\r\n", "A\r\n0123456789\r\n", "0", "\r\nTrailer: z\r\n", "\r\n"})
    client.send(piece);
  CHECK(client.read().body.ends_with("body=abc0123456789\n"));
}

TEST_CASE("A client that expects 100 Continue is told to go on, or that the body is too large") {
  const auto server = serve(patient());
  auto client = http_client::tcp(server->port());
  client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 100);
  client.send("abc");
  CHECK(client.read().body.ends_with("body=abc\n"));
  client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 413);
  CHECK(client.read_all().empty());
}

TEST_CASE("A connection serves many requests, one after the other, and pipelined") {
  const auto server = serve(patient());
  auto client = http_client::tcp(server->port());
  for (int i = 0; i < 300; ++i)
    REQUIRE(client.get("/" + std::to_string(i)).body.find("path=/" + std::to_string(i) + "\n") != std::string::npos);
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: here\r\n\r\n";
  client.send(all);
  for (int i = 0; i < 50; ++i)
    REQUIRE(client.read().body.find("path=/" + std::to_string(i) + "\n") != std::string::npos);
}

TEST_CASE("A client may close its side once it has sent its request") {
  const auto server = serve(patient());
  auto client = http_client::tcp(server->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  client.finish();
  CHECK(client.read_all().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("An answer may come later, from another thread, while other requests are served") {
  held_requests held;
  const auto server = serve(patient(), held.handler());
  auto slow = http_client::tcp(server->port()), quick = http_client::tcp(server->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: here\r\n\r\n");
  auto first = held.next();
  CHECK(first.request.path == "/slow");
  for (int i = 0; i < 3; ++i) {
    quick.send("GET /quick HTTP/1.1\r\nHost: here\r\n\r\n");
    held.next().respond({.body = "quick"});
    CHECK(quick.read().body == "quick");
  }
  std::thread{[&] { first.respond({.body = "slow"}); }}.join();
  CHECK(slow.read().body == "slow");
  slow.send("GET /again HTTP/1.1\r\nHost: here\r\n\r\n");
  held.next().respond({.status = 204});
  CHECK(slow.read().status == 204);
}

TEST_CASE("A large answer arrives whole") {
  const std::string body(20u << 20, 'x');
  const auto server =
      serve(patient(), [&](const http_request&, const http_respond& respond) { respond({.body = body}); });
  CHECK(http_client::tcp(server->port()).get("/").body == body);
}

TEST_CASE("More clients than connections are all served in the end") {
  auto options = patient();
  options.connections_max = 4;
  const auto server = serve(options);
  std::vector<http_client> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(http_client::tcp(server->port()));
    clients.back().send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  }
  for (int i = 0; i < 100; ++i)
    REQUIRE(clients[static_cast<std::size_t>(i)].read().body.find("path=/" + std::to_string(i) + "\n") !=
            std::string::npos);
}

TEST_CASE("A handler that throws, or drops its request, is answered 500, and the server goes on") {
  const auto server = serve(patient(), [](const http_request& request, const http_respond& respond) {
    if (request.path == "/throws")
      throw std::runtime_error("a planted failure");
    if (request.path == "/throws-a-number")
      throw 1;
    if (request.path == "/answers-and-throws") {
      respond({.body = "answered"});
      throw std::runtime_error("a planted failure");
    }
    if (request.path != "/drops")
      respond({.body = "fine"});
  });
  auto client = http_client::tcp(server->port());
  for (int i = 0; i < 3; ++i) {
    CHECK(client.get("/throws").status == 500);
    CHECK(client.get("/throws-a-number").status == 500);
    CHECK(client.get("/drops").status == 500);
    CHECK(client.get("/answers-and-throws").body == "answered");
    CHECK(client.get("/").body == "fine");
  }
}

TEST_CASE("A request that the handler does not answer in time is answered 504, and a later answer is ignored") {
  held_requests held;
  auto options = patient();
  options.answer_deadline = 50ms;
  const auto server = serve(options, held.handler());
  auto client = http_client::tcp(server->port());
  CHECK(client.get("/").status == 504);
  held.next().respond({.body = "late"});
  client.send("GET /next HTTP/1.1\r\nHost: here\r\n\r\n");
  auto next = held.next();
  next.respond({.body = "next"});
  const auto reply = client.read();
  CHECK((reply.body == "next" || reply.status == 504)); // a slow machine may miss 50 ms
}

TEST_CASE("A unix-domain socket is served like TCP") {
  const hearth::testing::temporary_directory directory;
  auto options = patient();
  options.socket_path = directory.path() + "/socket";
  {
    const auto server = serve(options);
    CHECK(server->address() == options.socket_path);
    CHECK(http_client::unix_domain(options.socket_path).get("/here").body.find("path=/here\n") != std::string::npos);
    CHECK(http_server::open(options, echo).code() == errc::busy);
  }
  CHECK_FALSE(fs::exists(options.socket_path));
  CHECK(serve(options)->address() == options.socket_path);
}

TEST_CASE("A server ends with connections in every state, and answers after that are ignored") {
  held_requests held;
  auto server = serve(patient(), held.handler());
  auto idle = http_client::tcp(server->port()), half = http_client::tcp(server->port());
  auto waiting = http_client::tcp(server->port()), reading = http_client::tcp(server->port());
  half.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nabc");
  reading.send("GET /large HTTP/1.1\r\nHost: here\r\n\r\n");
  held.next().respond({.body = std::string(64u << 20, 'x')});
  waiting.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  auto late = held.next();
  server.reset();
  CHECK(idle.read_all().empty());
  CHECK(half.read_all().empty());
  CHECK(waiting.read_all().empty());
  CHECK(reading.read_all().size() < 64u << 20);
  late.respond({.body = "late"});
}

TEST_CASE("No signal of the host is handled on the server's thread, except those of faults") {
  const auto server = serve(patient());
  CHECK(http_client::tcp(server->port()).get("/").status == 200); // the thread runs, and has its name
  const auto blocked = blocked_signals("hearth-http");
  REQUIRE(blocked);
  const auto blocks = [&](int signal) { return (*blocked >> (signal - 1) & 1) != 0; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGALRM, SIGRTMAX})
    CHECK(blocks(signal));
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    CHECK_FALSE(blocks(signal));
  sigset_t mine;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  CHECK_FALSE(::sigismember(&mine, SIGINT));
}

TEST_CASE("A client that is gone before its answer sends the host no SIGPIPE") {
  const counts_pipe_signals counting;
  held_requests held;
  const auto server = serve(patient(), held.handler());
  for (int i = 0; i < 5; ++i) {
    auto asked = [&] {
      auto gone = http_client::tcp(server->port());
      gone.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(gone.socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return held.next();
    }();
    asked.respond({.body = std::string(8u << 20, 'x')});
  }
  auto client = http_client::tcp(server->port()); // its request is handled after the answers
  client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  held.next().respond({.body = "alive"});
  CHECK(client.read().body == "alive");
  CHECK(pipe_signals == 0);
}

TEST_CASE("Settings that make no server are refused, and leave nothing behind") {
  const auto before = open_descriptors();
  const hearth::testing::temporary_directory directory;
  http_options options;
  options.connections_max = 0;
  CHECK(http_server::open(options, echo).code() == errc::invalid_argument);
  options = {};
  options.address = "nowhere";
  CHECK(http_server::open(options, echo).code() == errc::invalid_argument);
  options = {};
  options.socket_path = directory.path();
  CHECK(http_server::open(options, echo).code() == errc::invalid_argument);
  CHECK(open_descriptors() == before);
}

TEST_CASE("A server that lacks a descriptor is not opened, says so, and leaves nothing behind") {
  const hearth::testing::temporary_directory directory;
  for (const bool unix_domain : {false, true}) {
    http_options options;
    if (unix_domain)
      options.socket_path = directory.path() + "/socket";
    serve(options).reset(); // libraries open what they keep
    const auto before = open_descriptors();
    unsigned failed = 0;
    for (rlim_t most = 3;; ++most) {
      auto opened = [&] {
        const few_descriptors lowered{most};
        return http_server::open(options, echo);
      }();
      if (opened)
        break;
      ++failed;
      REQUIRE(opened.code() == errc::io);
      REQUIRE(open_descriptors() == before);
      REQUIRE((!unix_domain || !fs::exists(options.socket_path)));
    }
    CHECK(failed >= 3);
    CHECK(open_descriptors() == before);
  }
}

TEST_CASE("A server whose thread cannot be started is not opened, says so, and leaves nothing behind") {
  const hearth::testing::temporary_directory directory;
  http_options options;
  options.socket_path = directory.path() + "/socket";
  serve(options).reset();
  const auto before = open_descriptors();
  pthread_attr_t usual, enormous;
  ::pthread_getattr_default_np(&usual);
  ::pthread_attr_init(&enormous);
  ::pthread_attr_setstacksize(&enormous, std::size_t{1} << 56); // more than there are addresses
  REQUIRE(::pthread_setattr_default_np(&enormous) == 0);
  const auto opened = http_server::open(options, echo);
  ::pthread_setattr_default_np(&usual);
  ::pthread_attr_destroy(&usual);
  ::pthread_attr_destroy(&enormous);
  REQUIRE_FALSE(opened);
  INFO(opened.error().context);
  CHECK(opened.code() == errc::io);
  CHECK(opened.error().context.find("thread") != std::string::npos);
  CHECK(open_descriptors() == before);
  CHECK_FALSE(fs::exists(options.socket_path));
  CHECK(serve(options)->address() == options.socket_path);
}

TEST_CASE("While the process has no descriptor left, clients wait, and are served once there is one") {
  const auto server = serve(patient());
  auto served = http_client::tcp(server->port());
  CHECK(served.get("/").status == 200);
  auto waiting = http_client::tcp(server->port()); // the server may accept it just now
  {
    const few_descriptors lowered{3};
    CHECK(served.get("/").status == 200);
    CHECK(served.get("/").status == 200);
  }
  CHECK(waiting.get("/").status == 200);
}
