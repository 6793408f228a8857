#pragma once

#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"

#include <cerrno>
#include <chrono>
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

/// An open file of the operating system. `marked`: it has the mark of `mark_writer`, which the file removes when it is
/// destroyed.
[[nodiscard]] std::unique_ptr<file> make_posix_file(std::string path, descriptor opened, caching cache, bool marked);

/// Marks a file as open for writing: a shared flock on the open file. The kernel drops it with the last reference to
/// the open file. Each transfer in the kernel holds such a reference, so the mark lasts until the last transfer has
/// ended, also if the process has died. Returns false if it could not be marked: the file system has no flock, or
/// another open file is locked exclusively, as a lock file is.
[[nodiscard]] bool mark_writer(int number) noexcept;

/// Waits until no open file of `path` has the mark of `mark_writer`. Errors: as `file_system::await_writers`.
[[nodiscard]] result<void> await_marked_writers(const std::string& path, std::chrono::nanoseconds patience);

} // namespace hearth::storage
