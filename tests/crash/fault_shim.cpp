// Library that is preloaded into a process and makes some of its write calls fail: a full or broken disk, below all
// code of hearth. It affects only files below one directory; it tracks their descriptors from open to close. Calls that
// bypass the C library (io_uring) are not affected.
//
//   HEARTH_FAULT_DIRECTORY  absolute path; without it nothing fails
//   HEARTH_FAULT_ONE_IN     about one call in this many fails; 0: none
//   HEARTH_FAULT_AFTER      number of calls before the first can fail
//   HEARTH_FAULT_FULL       1: some fail with ENOSPC, as on a full disk; else all with EIO
//   HEARTH_FAULT_SEED       selects the calls; threads may interleave in any order
#undef _FILE_OFFSET_BITS // each call is defined under both of its names here, with and without 64
#undef _FORTIFY_SOURCE   // otherwise some of the names would be inline functions

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr std::size_t descriptors_max = 65'536;
constexpr std::size_t page = 4096; ///< a short write with O_DIRECT ends at a page boundary
constexpr std::uint64_t storm_calls_max = 12;

struct fault_settings {
  const char* directory = std::getenv("HEARTH_FAULT_DIRECTORY");
  std::uint64_t one_in = number("HEARTH_FAULT_ONE_IN");
  std::uint64_t after = number("HEARTH_FAULT_AFTER");
  bool full = number("HEARTH_FAULT_FULL") != 0;
  std::uint64_t seed = number("HEARTH_FAULT_SEED");

  static std::uint64_t number(const char* name) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 0;
  }
};

const fault_settings& settings() {
  static const fault_settings read;
  return read;
}

/// By descriptor: whether it is open on a file below the directory.
std::array<std::atomic<bool>, descriptors_max> followed;
std::atomic<std::uint64_t> calls{0};
std::atomic<std::uint64_t> injected{0};
/// Faults come in bursts: number of further calls that fail like the last one.
std::atomic<std::uint64_t> storm_left{0};
std::atomic<int> storm_error{0};

bool is_below(const char* path) {
  const auto* directory = settings().directory;
  if (directory == nullptr || path == nullptr)
    return false;
  const auto length = std::strlen(directory);
  return std::strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool is_followed(int number) {
  return number >= 0 && static_cast<std::size_t>(number) < descriptors_max &&
         followed[static_cast<std::size_t>(number)];
}

int follow(int number, const char* path) {
  if (number >= 0 && static_cast<std::size_t>(number) < descriptors_max)
    followed[static_cast<std::size_t>(number)] = is_below(path);
  return number;
}

std::uint64_t mixed(std::uint64_t number) { // the finaliser of splitmix64
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

/// The next random number of the seed if this call must fail; otherwise 0.
std::uint64_t draw() {
  const auto& given = settings();
  const auto call = calls++;
  if (given.one_in == 0 || call < given.after)
    return 0;
  const auto drawn = mixed(given.seed * 0x9e3779b97f4a7c15 + call);
  return drawn % given.one_in == 0 ? mixed(drawn) | 1 : 0;
}

/// The error for this call; 0: it succeeds. `full`: the error may be ENOSPC.
int error_of_call(bool full) {
  auto left = storm_left.load();
  while (left > 0 && !storm_left.compare_exchange_weak(left, left - 1)) {
  }
  int error = left > 0 ? storm_error.load() : 0;
  if (const auto drawn = draw(); error == 0 && drawn != 0) {
    error = settings().full && drawn % 3 != 0 ? ENOSPC : EIO;
    if ((drawn >> 8) % 3 == 0) {
      storm_error = error;
      storm_left = 1 + (drawn >> 16) % storm_calls_max;
    }
  }
  if (error == ENOSPC && !full)
    error = 0; // on a full disk, sync and remove still work
  injected += error != 0 ? 1 : 0;
  return error;
}

/// Whether the call must fail; sets errno.
bool fails(bool ours, bool full) {
  const int error = ours ? error_of_call(full) : 0;
  if (error != 0)
    errno = error;
  return error != 0;
}

/// How many of `bytes` to write, in whole pages: all, or fewer; the caller has to write the rest.
std::size_t share_of(std::size_t bytes) {
  const auto drawn = bytes > page ? draw() : 0;
  if (drawn == 0)
    return bytes;
  ++injected;
  if (drawn % 2 == 0) { // then it fails: a part of the bytes is on the disk
    storm_error = EIO;
    storm_left = 1;
  }
  return std::max(page, (drawn >> 8) % bytes / page * page);
}

template <class Function>
Function next(const char* name, Function) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

mode_t mode_in(int flags, va_list rest) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0; }

template <class Open>
int open_or_fail(Open real, const char* path, int flags, mode_t mode) {
  if (fails(is_below(path) && (flags & O_CREAT) != 0, true))
    return -1;
  return follow(real(path, flags, mode), path);
}

template <class Write, class Offset>
ssize_t write_or_fail(Write real, int number, const void* bytes, std::size_t count, Offset offset) {
  if (!is_followed(number))
    return real(number, bytes, count, offset);
  if (fails(true, true))
    return -1;
  return real(number, bytes, share_of(count), offset);
}

/// A short vectored write: the first parts whole, then a piece of the next one.
template <class Write>
ssize_t write_parts_or_fail(Write real, int number, const iovec* parts, int count) {
  if (!is_followed(number))
    return real(parts, count);
  if (fails(true, true))
    return -1;
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i)
    bytes += parts[i].iov_len;
  auto left = share_of(bytes);
  if (left == bytes)
    return real(parts, count);
  std::array<iovec, 64> shorter{};
  int taken = 0;
  for (; taken < count && taken < static_cast<int>(shorter.size()) && left > 0; ++taken) {
    auto& part = shorter[static_cast<std::size_t>(taken)] = parts[taken];
    part.iov_len = std::min(part.iov_len, left);
    left -= part.iov_len;
  }
  return real(shorter.data(), taken);
}

} // namespace

extern "C" {

std::uint64_t hearth_faults_injected() { return injected; }

int open(const char* path, int flags, ...) {
  static const auto real = next("open", static_cast<int (*)(const char*, int, ...)>(nullptr));
  va_list rest;
  va_start(rest, flags);
  const auto mode = mode_in(flags, rest);
  va_end(rest);
  return open_or_fail(real, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static const auto real = next("open64", static_cast<int (*)(const char*, int, ...)>(nullptr));
  va_list rest;
  va_start(rest, flags);
  const auto mode = mode_in(flags, rest);
  va_end(rest);
  return open_or_fail(real, path, flags, mode);
}

int close(int number) {
  static const auto real = next("close", static_cast<int (*)(int)>(nullptr));
  if (number >= 0 && static_cast<std::size_t>(number) < descriptors_max)
    followed[static_cast<std::size_t>(number)] = false; // before another thread gets the same number
  return real(number);
}

ssize_t write(int number, const void* bytes, std::size_t count) {
  static const auto real = next("write", static_cast<ssize_t (*)(int, const void*, std::size_t)>(nullptr));
  const auto call = [](int to, const void* from, std::size_t length, int) { return real(to, from, length); };
  return write_or_fail(call, number, bytes, count, 0);
}

ssize_t pwrite(int number, const void* bytes, std::size_t count, off_t offset) {
  static const auto real = next("pwrite", static_cast<ssize_t (*)(int, const void*, std::size_t, off_t)>(nullptr));
  return write_or_fail(real, number, bytes, count, offset);
}

ssize_t pwrite64(int number, const void* bytes, std::size_t count, off64_t offset) {
  static const auto real = next("pwrite64", static_cast<ssize_t (*)(int, const void*, std::size_t, off64_t)>(nullptr));
  return write_or_fail(real, number, bytes, count, offset);
}

ssize_t pwritev(int number, const iovec* parts, int count, off_t offset) {
  static const auto real = next("pwritev", static_cast<ssize_t (*)(int, const iovec*, int, off_t)>(nullptr));
  return write_parts_or_fail([&](const iovec* some, int n) { return real(number, some, n, offset); }, number, parts,
                             count);
}

ssize_t pwritev64(int number, const iovec* parts, int count, off64_t offset) {
  static const auto real = next("pwritev64", static_cast<ssize_t (*)(int, const iovec*, int, off64_t)>(nullptr));
  return write_parts_or_fail([&](const iovec* some, int n) { return real(number, some, n, offset); }, number, parts,
                             count);
}

ssize_t pwritev2(int number, const iovec* parts, int count, off_t offset, int flags) {
  static const auto real = next("pwritev2", static_cast<ssize_t (*)(int, const iovec*, int, off_t, int)>(nullptr));
  return write_parts_or_fail([&](const iovec* some, int n) { return real(number, some, n, offset, flags); }, number,
                             parts, count);
}

ssize_t pwritev64v2(int number, const iovec* parts, int count, off64_t offset, int flags) {
  static const auto real = next("pwritev64v2", static_cast<ssize_t (*)(int, const iovec*, int, off64_t, int)>(nullptr));
  return write_parts_or_fail([&](const iovec* some, int n) { return real(number, some, n, offset, flags); }, number,
                             parts, count);
}

int fallocate(int number, int mode, off_t offset, off_t length) {
  static const auto real = next("fallocate", static_cast<int (*)(int, int, off_t, off_t)>(nullptr));
  return fails(is_followed(number), true) ? -1 : real(number, mode, offset, length);
}

int fallocate64(int number, int mode, off64_t offset, off64_t length) {
  static const auto real = next("fallocate64", static_cast<int (*)(int, int, off64_t, off64_t)>(nullptr));
  return fails(is_followed(number), true) ? -1 : real(number, mode, offset, length);
}

int fsync(int number) {
  static const auto real = next("fsync", static_cast<int (*)(int)>(nullptr));
  return fails(is_followed(number), false) ? -1 : real(number);
}

int fdatasync(int number) {
  static const auto real = next("fdatasync", static_cast<int (*)(int)>(nullptr));
  return fails(is_followed(number), false) ? -1 : real(number);
}

int syncfs(int number) noexcept {
  static const auto real = next("syncfs", static_cast<int (*)(int)>(nullptr));
  return fails(is_followed(number), false) ? -1 : real(number);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next("rename", static_cast<int (*)(const char*, const char*)>(nullptr));
  return fails(is_below(from), true) ? -1 : real(from, to);
}

int unlink(const char* path) noexcept {
  static const auto real = next("unlink", static_cast<int (*)(const char*)>(nullptr));
  return fails(is_below(path), false) ? -1 : real(path);
}

} // extern "C"
