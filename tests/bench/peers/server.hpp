#pragma once

#include "storage/errors.hpp"
#include "tests/bench/peers/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hearth::bench {

/// Path of `program` found by $PATH; empty if there is none.
[[nodiscard]] std::string find_program(const std::string& program);

/// Server process started by this process. The server is killed when this process ends, for any reason. Threads: one
/// owner.
class server_process {
public:
  server_process() = default;
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;
  ~server_process() { stop(); }

  /// Starts the server with `arguments`; its output goes to `log`. Errors: io.
  [[nodiscard]] storage::result<void> start(const std::vector<std::string>& arguments, const std::string& log);
  void stop(); ///< kills the server and waits for its end

  /// Whether the server still runs.
  [[nodiscard]] bool runs();
  [[nodiscard]] pid_t id() const noexcept { return id_; } ///< 0: not started

private:
  pid_t id_ = 0;
};

/// Connection over a unix socket. After an error (io) it must not be used again. Threads: one owner.
class unix_connection {
public:
  /// Waits until the server listens at `path`, while `alive` returns true. Errors: io, timeout.
  [[nodiscard]] storage::result<void> open(const std::string& path, const std::function<bool()>& alive);

  [[nodiscard]] storage::result<void> send(std::span<const std::byte> bytes);
  [[nodiscard]] storage::result<void> send(const std::string& text);

  /// Reads the next line, without its line end.
  [[nodiscard]] storage::result<std::string> line();

  /// Fills `into`, then consumes the line end behind it.
  [[nodiscard]] storage::result<void> value(std::span<std::byte> into);

private:
  [[nodiscard]] storage::result<void> receive(std::span<std::byte> into);

  descriptor socket_;
  std::string waiting_; ///< received, not yet consumed
};

} // namespace hearth::bench
