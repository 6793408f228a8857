#include "storage/io/posix_file.hpp"

#include "storage/io/io_vectors.hpp"

#include <system_error>

#include <fcntl.h>
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
  posix_file(std::string path, descriptor opened, bool direct)
      : path_(std::move(path)), opened_(std::move(opened)), direct_(direct) {}

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
};

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

std::unique_ptr<file> make_posix_file(std::string path, descriptor opened, caching cache) {
  const bool direct = cache == caching::direct && make_direct(opened.number());
  return std::make_unique<posix_file>(std::move(path), std::move(opened), direct);
}

} // namespace hearth::storage
