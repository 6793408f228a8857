#include "tests/bench/usage.hpp"

#include "tests/bench/peers/descriptor.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth::bench {

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Device I/O caused by a process. Subtracted from `write_bytes`: data removed before it was written back.
void add_device_bytes(const std::string& process, usage& to) {
  std::ifstream lines{"/proc/" + process + "/io"};
  std::map<std::string, std::uint64_t> found;
  std::uint64_t value = 0;
  for (std::string name; lines >> name >> value;)
    found[name] = value;
  to.read_bytes += found["read_bytes:"];
  to.written_bytes += found["write_bytes:"] - std::min(found["write_bytes:"], found["cancelled_write_bytes:"]);
}

/// Fields 14 and 15 of /proc/PID/stat, counted from the end of the name, which may contain any character (man 5 proc).
double cpu_seconds_of(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string line;
  std::getline(file, line);
  std::istringstream fields{line.substr(std::min(line.rfind(')') + 1, line.size()))};
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

template <class Visit>
void each_file(const std::string& directory, Visit visit) {
  std::error_code gone; // files may come and go during the walk
  for (std::filesystem::recursive_directory_iterator next{directory, gone}, end; !gone && next != end;
       next.increment(gone))
    visit(next->path().string());
}

} // namespace

usage usage_now(pid_t child) {
  rusage self{};
  ::getrusage(RUSAGE_SELF, &self);
  usage now{seconds_of(self.ru_utime) + seconds_of(self.ru_stime), 0, 0};
  add_device_bytes("self", now);
  if (child != 0) {
    now.cpu_s += cpu_seconds_of(child);
    add_device_bytes(std::to_string(child), now);
  }
  return now;
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::uint64_t bytes_on_disk(const std::string& directory) {
  std::uint64_t bytes = 0;
  each_file(directory, [&](const std::string& path) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode))
      bytes += static_cast<std::uint64_t>(about.st_blocks) * 512;
  });
  return bytes;
}

void drop_page_cache(const std::string& directory, bool thorough) {
  const descriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (thorough)
    static_cast<void>(::syncfs(folder.number())); // dirty pages cannot be dropped
  each_file(directory, [](const std::string& path) {
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.is_open())
      ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
  });
  if (thorough)
    std::ofstream{"/proc/sys/vm/drop_caches"} << "3\n";
}

} // namespace hearth::bench
