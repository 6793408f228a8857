#include "storage/io/posix_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

namespace hearth::storage {

namespace {

entry_kind kind_of(mode_t mode) {
  return S_ISREG(mode) ? entry_kind::regular : S_ISDIR(mode) ? entry_kind::directory : entry_kind::other;
}

/// Directory lock, made of two locks. The lock on the directory holds even if the file is removed; the lock on the
/// file, which names the holder, is the second. The destructor releases both explicitly: a process that was forked
/// meanwhile keeps the descriptors open, so closing them would not be enough. If the holder dies, the kernel releases
/// the locks when the last process with these descriptors has ended. The file stays, except after `withdraw`.
/// `is_named` detects that the locked file was removed; otherwise two processes could each lock a file of the same
/// name.
class posix_lock final : public directory_lock {
public:
  posix_lock(std::string path, descriptor folder, descriptor locked, bool made)
      : path_(std::move(path)), folder_(std::move(folder)), locked_(std::move(locked)), made_(made) {}
  posix_lock(const posix_lock&) = delete;
  posix_lock& operator=(const posix_lock&) = delete;
  ~posix_lock() override {
    ::flock(locked_.number(), LOCK_UN);
    ::flock(folder_.number(), LOCK_UN);
  }

  void withdraw() override {
    if (made_)
      static_cast<void>(::unlink(path_.c_str()));
  }

private:
  std::string path_;
  descriptor folder_;
  descriptor locked_;
  bool made_; ///< whether this lock created the file
};

/// Whether the open file still has the name `path`: the last holder of the lock may have removed the file.
bool is_named(int number, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(number, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

class posix_held_directory final : public held_directory {
public:
  posix_held_directory(std::string path, descriptor opened, const struct stat& about)
      : path_(std::move(path)), opened_(std::move(opened)), device_(about.st_dev), number_(about.st_ino) {}

  result<void> in_place() const override {
    struct stat now {};
    if (::stat(path_.c_str(), &now) != 0) {
      auto error = refused(path_, "stat", errno);
      if (errno == ESTALE || errno == EACCES || errno == ELOOP)
        error.code = errc::not_found;
      return error;
    }
    if (now.st_dev != device_ || now.st_ino != number_)
      return {errc::not_found, path_ + ": found another one, expected the directory that was opened"};
    return {};
  }

  std::uint64_t device() const noexcept override { return device_; }

private:
  std::string path_;
  descriptor opened_;
  dev_t device_;
  ino_t number_;
};

/// The holder of the lock, for messages: "process" and the process id in the file, or "another process" if the file has
/// no valid id.
std::string holder_of(int number) {
  std::array<char, 20> text{};
  const auto got = uninterrupted([&] { return ::pread(number, text.data(), text.size(), 0); });
  pid_t pid = 0;
  if (got <= 0)
    return "another process";
  const auto [end, error] = std::from_chars(text.data(), text.data() + got, pid);
  if (error != std::errc{} || pid <= 0 || end == text.data() + got || *end != '\n') // not written by hearth
    return "another process";
  return "process " + std::to_string(pid);
}

/// Locks an open file or directory. `path` is the file that names the holder.
result<void> take(int number, const std::string& path) {
  if (uninterrupted([&] { return ::flock(number, LOCK_EX | LOCK_NB); }) == 0)
    return {};
  if (errno != EWOULDBLOCK)
    return refused(path, "flock", errno);
  const auto note = open_regular(path, O_RDONLY);
  return {errc::busy, path + ": held by " + (note ? holder_of(note->number()) : "another process") +
                          "; close that cache or choose another directory"};
}

/// Writes the process id that `holder_of` reads. A failure is ignored: a full disk is no reason to refuse the
/// directory.
void write_holder(int number) {
  const auto text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(number, 0) == 0)
    static_cast<void>(uninterrupted([&] { return ::pwrite(number, text.data(), text.size(), 0); }));
}

class posix_file_system final : public file_system {
public:
  using file_system::open;
  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode, caching cache) override {
    const int flags = mode == open_mode::read         ? O_RDONLY
                      : mode == open_mode::read_write ? O_RDWR
                                                      : O_RDWR | O_CREAT | O_EXCL;
    auto opened = open_regular(path, flags);
    if (!opened)
      return opened.error();
    const bool marked = mode != open_mode::read && mark_writer(opened->number());
    return make_posix_file(path, std::move(*opened), cache, marked);
  }

  result<void> await_writers(const std::string& path, std::chrono::nanoseconds patience) override {
    return await_marked_writers(path, patience);
  }

  result<void> create_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), S_IRWXU) == 0)
      return {};
    if (errno != EEXIST)
      return refused(path, "mkdir", errno);
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0)
      return refused(path, "lstat", errno);
    if (!S_ISDIR(about.st_mode))
      return {errc::invalid_argument, path + ": not a directory"};
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) == 0)
      return {};
    if (about.st_uid != ::geteuid())
      return {errc::invalid_argument, path + ": belongs to another user, and others may write to it; take it over with "
                                             "chown and chmod 700, or choose another directory"};
    if (::chmod(path.c_str(), S_IRWXU) != 0)
      return refused(path, "chmod", errno);
    return {};
  }

  result<std::vector<directory_entry>> list(const std::string& path) override {
    descriptor opened{uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (opened.number() < 0 && errno == ENOTDIR)
      return {errc::invalid_argument, path + ": not a directory"};
    if (opened.number() < 0)
      return refused(path, "open", errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream{::fdopendir(opened.number()), ::closedir};
    if (!stream)
      return refused(path, "fdopendir", errno);
    const int number = opened.release(); // the stream closes it
    std::vector<directory_entry> entries;
    errno = 0;
    while (const auto* entry = ::readdir(stream.get())) {
      std::string name{static_cast<const char*>(entry->d_name)};
      struct stat about {};
      if (name == "." || name == "..")
        continue;
      if (::fstatat(number, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0)
        entries.push_back({std::move(name), kind_of(about.st_mode), static_cast<std::uint64_t>(about.st_size)});
      else if (errno != ENOENT) // ENOENT: the name was removed after readdir; skip it
        return refused(path + "/" + name, "fstatat", errno);
      errno = 0;
    }
    if (errno != 0)
      return refused(path, "readdir", errno);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  result<void> rename(const std::string& from, const std::string& to) override {
    if (auto regular = expect_regular(from); !regular)
      return regular;
    if (auto regular = expect_regular(to); !regular && regular.code() != errc::not_found)
      return regular;
    if (::rename(from.c_str(), to.c_str()) != 0)
      return refused(from, ("rename to " + to).c_str(), errno);
    return {};
  }

  result<void> remove(const std::string& path) override {
    if (auto regular = expect_regular(path); !regular)
      return regular;
    if (::unlink(path.c_str()) != 0)
      return refused(path, "unlink", errno);
    return {};
  }

  result<std::unique_ptr<held_directory>> hold(const std::string& path) override {
    descriptor opened{uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (opened.number() < 0 && errno == ENOTDIR)
      return failure{errc::invalid_argument, path + ": not a directory"};
    if (opened.number() < 0)
      return refused(path, "open", errno);
    struct stat about {};
    if (::fstat(opened.number(), &about) != 0)
      return refused(path, "fstat", errno);
    return std::unique_ptr<held_directory>{std::make_unique<posix_held_directory>(path, std::move(opened), about)};
  }

  result<void> sync_names(const std::string& path) override {
    const descriptor opened{uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (opened.number() < 0)
      return refused(path, "open", errno);
    if (uninterrupted([&] { return ::fsync(opened.number()); }) != 0)
      return refused(path, "fsync", errno);
    return {};
  }

  result<std::uint64_t> free_bytes(const std::string& path) override {
    struct statvfs about {};
    if (uninterrupted([&] { return ::statvfs(path.c_str(), &about); }) != 0)
      return refused(path, "statvfs", errno);
    return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
  }

  /// An flock belongs to the open file, not to the process, so a second store in the same process is refused as well.
  result<std::unique_ptr<directory_lock>> lock(const std::string& path) override {
    const auto parent = path.substr(0, path.rfind('/') + 1);
    descriptor folder{uninterrupted([&] { return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (folder.number() < 0)
      return refused(parent, "open", errno);
    if (auto taken = take(folder.number(), path); !taken)
      return taken.error();
    auto fresh = open_regular(path, O_RDWR | O_CREAT | O_EXCL);
    const bool made = fresh.ok();
    auto opened = fresh.code() == errc::invalid_argument ? open_regular(path, O_RDWR) : std::move(fresh);
    if (!opened)
      return opened.error();
    if (auto taken = take(opened->number(), path); !taken)
      return taken.error();
    if (!is_named(opened->number(), path))
      return failure{errc::busy, path + ": another process has just given it up; try again"};
    write_holder(opened->number());
    return std::unique_ptr<directory_lock>{
        std::make_unique<posix_lock>(path, std::move(folder), std::move(*opened), made)};
  }
};

} // namespace

std::shared_ptr<file_system> make_posix_file_system() { return std::make_shared<posix_file_system>(); }

} // namespace hearth::storage
