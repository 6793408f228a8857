#include "tests/bench/peers/server.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hearth::bench {

using storage::errc;
using storage::result;

std::string find_program(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders{path != nullptr ? path : "/usr/bin"};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto found = folder + "/" + program; ::access(found.c_str(), X_OK) == 0)
      return found;
  return {};
}

result<void> server_process::start(const std::vector<std::string>& arguments, const std::string& log) {
  std::vector<char*> words;
  for (const auto& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str())); // execv does not write to them
  words.push_back(nullptr);
  const descriptor said{::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  const auto parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) {
    id_ = 0;
    return system_failure("fork", errno);
  }
  if (id_ > 0)
    return {};
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) { // otherwise the parent has died before prctl
    ::dup2(said.number(), STDOUT_FILENO);
    ::dup2(said.number(), STDERR_FILENO);
    ::execv(words[0], words.data());
  }
  ::_exit(127);
}

void server_process::stop() {
  if (id_ == 0)
    return;
  ::kill(id_, SIGKILL); // its data is not needed again
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  id_ = 0;
}

bool server_process::runs() {
  if (id_ != 0 && ::waitpid(id_, nullptr, WNOHANG) == id_)
    id_ = 0;
  return id_ != 0;
}

result<void> unix_connection::open(const std::string& path, const std::function<bool()>& alive) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return {errc::invalid_argument, path + ": too long for a unix socket, at most " +
                                        std::to_string(sizeof(address.sun_path) - 1) +
                                        " bytes; choose a --directory with a shorter path"};
  std::memcpy(address.sun_path, path.c_str(), path.size());
  socket_ = descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket_.is_open())
    return system_failure("socket", errno);
  for (int tries = 0; ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0;) {
    if (!alive())
      return {errc::io, "the server ended at once; its messages are in " + path + ".log"};
    if (++tries == 3000)
      return {errc::timeout, path + ": the server does not listen after 30 s"};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return {};
}

result<void> unix_connection::send(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto done = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return system_failure("send", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

result<void> unix_connection::send(const std::string& text) { return send(std::as_bytes(std::span{text})); }

result<std::string> unix_connection::line() {
  for (;;) {
    if (const auto end = waiting_.find("\r\n"); end != waiting_.npos) {
      auto found = waiting_.substr(0, end);
      waiting_.erase(0, end + 2);
      return found;
    }
    char more[4096];
    const auto got = ::recv(socket_.number(), more, sizeof(more), 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return system_failure("recv", got < 0 ? errno : ECONNRESET);
    waiting_.append(more, static_cast<std::size_t>(got));
  }
}

result<void> unix_connection::receive(std::span<std::byte> into) {
  const auto there = std::min(waiting_.size(), into.size());
  std::memcpy(into.data(), waiting_.data(), there);
  waiting_.erase(0, there);
  for (into = into.subspan(there); !into.empty();) {
    const auto got = ::recv(socket_.number(), into.data(), into.size(), 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return system_failure("recv", got < 0 ? errno : ECONNRESET);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

result<void> unix_connection::value(std::span<std::byte> into) {
  if (auto received = receive(into); !received)
    return received;
  std::byte end[2];
  return receive(end);
}

} // namespace hearth::bench
