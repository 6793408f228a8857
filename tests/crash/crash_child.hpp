#pragma once

#include "tests/crash/crash_events.hpp"
#include "tests/crash/crash_plan.hpp"

#include <cstdint>
#include <string>

namespace hearth::crash {

/// What a child process is to do.
struct child_order {
  bool checks = false;   ///< look at every key, and end; else work until killed
  std::string directory; ///< of the cache
  directory_plan plan;
  life_plan life;
  std::uint64_t seed = 0; ///< of this life's work
  std::uint64_t first_version = 1;
  int reports = -1; ///< descriptor of the pipe to the parent
};

/// Opens the cache in its directory and works on it, telling each step. Returns the exit status of the process, or not
/// at all: that is for the parent to decide.
int run_child(const child_order& order);

} // namespace hearth::crash
