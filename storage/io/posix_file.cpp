#include "storage/io/posix_file.hpp"

#include "storage/io/io_vectors.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace hearth::storage {

namespace {

/// Makes the open file bypass the page cache; returns whether it does now. Sets O_DIRECT after the open, because an
/// open with O_DIRECT can fail after it has created the file.
bool make_direct(int number) {
  const int flags = ::fcntl(number, F_GETFL);
  return flags >= 0 && ::fcntl(number, F_SETFL, flags | O_DIRECT) == 0;
}

class posix_file final : public file {
public:
  posix_file(std::string path, descriptor opened, bool direct, bool marked)
      : path_(std::move(path)), opened_(std::move(opened)), direct_(direct), marked_(marked) {}
  posix_file(const posix_file&) = delete;
  posix_file& operator=(const posix_file&) = delete;
  /// Closing the descriptor is not enough: a process that was forked meanwhile keeps it open.
  ~posix_file() override {
    if (marked_)
      ::flock(opened_.number(), LOCK_UN);
  }

  using file::read;
  result<std::size_t> read(std::uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    io_vectors left{parts};
    std::size_t done = 0;
    while (!left.empty()) {
      const auto got = uninterrupted(
          [&] { return ::preadv(opened_.number(), left.data(), left.count(), static_cast<off_t>(offset + done)); });
      if (got < 0)
        return refused(path_, "preadv", errno);
      if (got == 0)
        break;
      done += static_cast<std::size_t>(got);
      left.advance(static_cast<std::size_t>(got));
    }
    return done;
  }

  result<void> write(std::uint64_t offset, std::span<const std::span<const std::byte>> parts) override {
    io_vectors left{parts};
    while (!left.empty()) {
      const auto written = uninterrupted(
          [&] { return ::pwritev(opened_.number(), left.data(), left.count(), static_cast<off_t>(offset)); });
      if (written < 0)
        return refused(path_, "pwritev", errno);
      if (written == 0)
        return {errc::io, path_ + ": pwritev: wrote nothing"};
      offset += static_cast<std::uint64_t>(written);
      left.advance(static_cast<std::size_t>(written));
    }
    return {};
  }

  /// Does not use posix_fallocate, which writes into every block if the file system cannot preallocate.
  result<void> reserve(std::uint64_t bytes) override {
    const auto length = static_cast<off_t>(bytes);
    if (uninterrupted([&] { return ::fallocate(opened_.number(), 0, 0, length); }) == 0)
      return {};
    if (errno != EOPNOTSUPP && errno != ENOSYS)
      return refused(path_, "fallocate", errno);
    if (uninterrupted([&] { return ::ftruncate(opened_.number(), length); }) != 0)
      return refused(path_, "ftruncate", errno);
    return {};
  }

  bool direct() const noexcept override { return direct_; }

  void forget_cached(std::uint64_t offset, std::uint64_t bytes) noexcept override {
    if (!direct_)
      static_cast<void>(::posix_fadvise(opened_.number(), static_cast<off_t>(offset), static_cast<off_t>(bytes),
                                        POSIX_FADV_DONTNEED));
  }

  int native_handle() const noexcept override { return opened_.number(); }

  const std::string& path() const noexcept override { return path_; }

  result<std::uint64_t> size() override {
    struct stat about {};
    if (::fstat(opened_.number(), &about) != 0)
      return refused(path_, "fstat", errno);
    return static_cast<std::uint64_t>(about.st_size);
  }

  result<void> sync() override {
    if (uninterrupted([&] { return ::fdatasync(opened_.number()); }) != 0)
      return refused(path_, "fdatasync", errno);
    return {};
  }

private:
  std::string path_;
  descriptor opened_;
  bool direct_;
  bool marked_;
};

/// Interval between two looks at a file that is open for writing.
constexpr std::chrono::milliseconds look_every{1};

/// The kind of a file that is not regular, for messages.
const char* described(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFLNK: return "a symbolic link";
  case S_IFIFO: return "a FIFO";
  case S_IFSOCK: return "a socket";
  case S_IFDIR: return "a directory";
  default: return "a device";
  }
}

failure not_regular(const std::string& path, mode_t mode) {
  return {errc::invalid_argument, path + ": found " + described(mode) +
                                      ", expected a regular file of hearth's own; it was left alone: move it "
                                      "away, or choose another directory"};
}

} // namespace

failure refused(const std::string& path, const char* call, int error) {
  auto context = path + ": " + call + ": " + std::generic_category().message(error);
  switch (error) {
  case ENOENT:
  case ENOTDIR: return {errc::not_found, std::move(context)};
  case ENOSPC:
  case EDQUOT: return {errc::no_space, std::move(context)};
  case EEXIST:
  case ELOOP: // a symbolic link, refused by O_NOFOLLOW
  case EISDIR:
  case ENXIO: // a socket, or a device that does not exist
    return {errc::invalid_argument, std::move(context)};
  case ENOMEM: return {errc::no_memory, std::move(context)};
  default: return {errc::io, std::move(context)};
  }
}

descriptor::~descriptor() {
  if (number_ >= 0)
    ::close(number_);
}

result<void> expect_regular(const std::string& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0)
    return refused(path, "lstat", errno);
  if (!S_ISREG(about.st_mode))
    return not_regular(path, about.st_mode);
  return {};
}

result<descriptor> open_regular(const std::string& path, int flags) {
  if ((flags & O_CREAT) == 0)
    if (auto regular = expect_regular(path); !regular)
      return regular.error();
  descriptor opened{uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, S_IRUSR | S_IWUSR); })};
  if (opened.number() < 0)
    return refused(path, "open", errno);
  struct stat about {};
  if (::fstat(opened.number(), &about) != 0)
    return refused(path, "fstat", errno);
  if (!S_ISREG(about.st_mode))
    return not_regular(path, about.st_mode);
  return opened;
}

std::unique_ptr<file> make_posix_file(std::string path, descriptor opened, caching cache, bool marked) {
  const bool direct = cache == caching::direct && make_direct(opened.number());
  return std::make_unique<posix_file>(std::move(path), std::move(opened), direct, marked);
}

bool mark_writer(int number) noexcept {
  return uninterrupted([&] { return ::flock(number, LOCK_SH | LOCK_NB); }) == 0;
}

result<void> await_marked_writers(const std::string& path, std::chrono::nanoseconds patience) {
  const auto opened = open_regular(path, O_RDWR); // NFS gives an exclusive lock only to a file that is open for writing
  if (!opened)
    return opened.error();
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (uninterrupted([&] { return ::flock(opened->number(), LOCK_EX | LOCK_NB); }) == 0) {
      ::flock(opened->number(), LOCK_UN); // now: a process that was forked meanwhile keeps the descriptor open
      return {};
    }
    if (errno != EWOULDBLOCK)
      return refused(path, "flock", errno);
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds{0})
      return {errc::busy, path + ": the file is still being written, perhaps by a process that has died; try again "
                                 "later, and check the disk"};
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, look_every));
  }
}

} // namespace hearth::storage
