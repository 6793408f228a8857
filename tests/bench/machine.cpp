#include "tests/bench/machine.hpp"

#include "stats/units.hpp"
#include "tests/bench/peers/peer.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

namespace hearth::bench {

namespace {

/// The value of the first line "name ... :" in /proc/cpuinfo.
std::string processor() {
  std::ifstream lines{"/proc/cpuinfo"};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

/// Type and options of the mount of `directory`: the longest mount point that is a prefix of its path.
std::string file_system_of(const std::string& directory) {
  std::error_code ignored;
  const auto path = std::filesystem::canonical(directory, ignored).string() + "/";
  std::ifstream lines{"/proc/self/mounts"};
  std::string found = "unknown";
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string device, point, type, options;
    fields >> device >> point >> type >> options;
    const auto prefix = point.ends_with('/') ? point : point + "/";
    if (path.starts_with(prefix) && prefix.size() >= longest) {
      longest = prefix.size();
      found = type + " (" + options + ")";
    }
  }
  return found;
}

/// Load averages of 1, 5 and 15 minutes: how busy the machine is otherwise.
std::string load() {
  std::ifstream file{"/proc/loadavg"};
  std::string minutes[3];
  file >> minutes[0] >> minutes[1] >> minutes[2];
  return minutes[0] + ", " + minutes[1] + ", " + minutes[2];
}

} // namespace

std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory) {
  utsname system{};
  ::uname(&system);
  const auto memory =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {{"processor", processor()},
          {"cores", std::to_string(std::thread::hardware_concurrency())},
          {"memory", stats::format_bytes(memory)},
          {"load_before", load()},
          {"kernel", std::string{system.sysname} + " " + system.release},
          {"file_system", file_system_of(directory)},
          {"build_type", build_type()},
          {"compiler", __VERSION__}};
}

} // namespace hearth::bench
