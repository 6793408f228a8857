#pragma once

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text_files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

namespace hearth::testing {

/// Directory entries that are not regular files.
enum class strange : std::uint8_t { link, dangling_link, fifo, socket, directory, device };

/// Creates a device like /dev/null: writes to it are discarded.
inline bool make_device(const std::string& path) { return ::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0; }

/// All kinds; without the device if this process may not create one.
inline const std::vector<strange>& strange_things() {
  static const auto all = [] {
    std::vector<strange> things{strange::link, strange::dangling_link, strange::fifo, strange::socket,
                                strange::directory};
    const temporary_directory folder;
    if (make_device(folder.path() + "/device"))
      things.push_back(strange::device);
    else
      WARN("SKIPPED: a device cannot be made here (" << std::strerror(errno) << "); run as root to check it, too");
    return things;
  }();
  return all;
}

/// A strange entry at `path` on a real disk. A link or directory has a file behind or inside it that must not be
/// touched. The destructor removes everything. A test that opens a FIFO hangs or fails: no process has the other end.
class strange_thing {
public:
  strange_thing(std::string path, strange what)
      : path_(std::move(path)), what_(what),
        beside_(std::filesystem::temp_directory_path() / ("hearth-neighbour-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(beside_);
    switch (what) {
    case strange::link:
      write(beside_);
      std::filesystem::create_symlink(beside_, path_);
      break;
    case strange::dangling_link: std::filesystem::create_symlink(beside_, path_); break;
    case strange::fifo: REQUIRE(::mkfifo(path_.c_str(), 0600) == 0); break;
    case strange::socket: bind(); break;
    case strange::device: REQUIRE(make_device(path_)); break;
    case strange::directory:
      std::filesystem::create_directory(path_);
      write(path_ + "/inside");
      break;
    }
    made_ = about();
  }
  strange_thing(const strange_thing&) = delete;
  strange_thing& operator=(const strange_thing&) = delete;
  ~strange_thing() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    if (what_ == strange::link)
      std::filesystem::remove(beside_, ignored);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const char* name() const {
    switch (what_) {
    case strange::link: return "a link";
    case strange::dangling_link: return "a link to nowhere";
    case strange::fifo: return "a FIFO";
    case strange::socket: return "a socket";
    case strange::device: return "a device";
    case strange::directory: break;
    }
    return "a directory";
  }

  /// Whether the entry, and the file it leads to, are unchanged.
  [[nodiscard]] bool untouched() const {
    const auto now = about();
    if (now.st_ino != made_.st_ino || now.st_mode != made_.st_mode || now.st_mtim.tv_nsec != made_.st_mtim.tv_nsec)
      return false;
    switch (what_) {
    case strange::link: return is_written(beside_);
    case strange::dangling_link: return !std::filesystem::exists(beside_);
    case strange::directory: return is_written(path_ + "/inside");
    case strange::fifo:
    case strange::socket:
    case strange::device: break;
    }
    return true;
  }

private:
  static void write(const std::filesystem::path& path) { std::ofstream{path} << "somebody else's"; }
  static bool is_written(const std::filesystem::path& path) {
    std::ifstream opened{path};
    std::string text;
    return std::getline(opened, text) && text == "somebody else's";
  }

  /// Socket paths must be short, so the socket is created under a short path and renamed.
  void bind() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(static_cast<char*>(address.sun_path), beside_.c_str(), sizeof address.sun_path - 1);
    const int number = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(number >= 0);
    REQUIRE(::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(number);
    std::filesystem::rename(beside_, path_);
  }

  [[nodiscard]] struct stat about() const {
    struct stat found {};
    REQUIRE(::lstat(path_.c_str(), &found) == 0);
    return found;
  }

  std::string path_;
  strange what_;
  std::filesystem::path beside_;
  struct stat made_ {};
};

} // namespace hearth::testing
