#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace hearth::testing {

/// A line of /proc/self/status, such as "VmRSS", in bytes; 0 if it does not exist. Source: proc(5).
inline std::uint64_t process_status_bytes(std::string_view name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word.ends_with(':') && std::string_view{word}.substr(0, word.size() - 1) == name) {
      std::uint64_t kib = 0;
      status >> kib;
      return kib * 1024;
    }
  return 0;
}

} // namespace hearth::testing
