#pragma once

#include "tests/support/catch.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <sys/mount.h>

namespace hearth::testing {

/// A tmpfs mounted on a directory, unmounted at the end. Mounting needs root: without it, the test says that nothing
/// was checked.
class small_disk {
public:
  small_disk(std::string path, const char* size) : path_(std::move(path)) {
    const auto options = std::string{"mode=0700,size="} + size;
    mounted_ = ::mount("hearth-test", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (!mounted_)
      WARN("SKIPPED: tmpfs cannot be mounted here (" << std::strerror(errno) << "); run as root: nothing was checked");
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }
  /// Returns 0, or the error: EBUSY if a file is open for writing.
  [[nodiscard]] int writable(bool on) {
    const auto flags = MS_REMOUNT | (on ? 0ul : static_cast<unsigned long>(MS_RDONLY));
    return ::mount("hearth-test", path_.c_str(), "tmpfs", flags, nullptr) == 0 ? 0 : errno;
  }

private:
  std::string path_;
  bool mounted_ = false;
};

/// Bind mount: the directory `there` is also visible at `here`, until `end`, which unmounts lazily, as an operator does
/// who cannot wait.
class bind_mount {
public:
  bind_mount(const std::string& there, std::string here) : here_(std::move(here)) {
    REQUIRE(::mount(there.c_str(), here_.c_str(), nullptr, MS_BIND, nullptr) == 0);
  }
  bind_mount(const bind_mount&) = delete;
  bind_mount& operator=(const bind_mount&) = delete;
  ~bind_mount() { end(); }
  void end() {
    if (!std::exchange(ended_, true))
      ::umount2(here_.c_str(), MNT_DETACH);
  }

private:
  std::string here_;
  bool ended_ = false;
};

} // namespace hearth::testing
