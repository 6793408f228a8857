#pragma once

#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

namespace hearth::storage {

/// Makes a failure of `error` that names the path, the system call and what the system said.
[[nodiscard]] failure refused(const std::string& path, const char* call, int error);

/// Repeats a system call while signals interrupt it.
template <class Call>
auto uninterrupted(Call call) {
  auto got = call();
  while (got == -1 && errno == EINTR)
    got = call();
  return got;
}

/// Owns a file descriptor: closed when destroyed.
class descriptor {
public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

private:
  int number_;
};

/// Checks that `path` is a regular file; does not open it, and does not follow a link. Errors: not_found;
/// invalid_argument (not a regular file; the context says what it is, and what to do); io.
[[nodiscard]] result<void> expect_regular(const std::string& path);

/// Opens a regular file with these flags of open(2). If the name is anything else, it is not opened. If a FIFO takes
/// the name between check and open, O_NONBLOCK keeps the open from waiting for the other end. Errors: as
/// `file_system::open`.
[[nodiscard]] result<descriptor> open_regular(const std::string& path, int flags);

/// An open file of the operating system.
[[nodiscard]] std::unique_ptr<file> make_posix_file(std::string path, descriptor opened, caching cache);

} // namespace hearth::storage
