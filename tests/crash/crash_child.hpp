#pragma once

#include "tests/crash/crash_events.hpp"
#include "tests/crash/crash_plan.hpp"

#include <cstdint>
#include <string>

namespace hearth::crash {

/// Task of a child process.
struct child_order {
  bool checks = false;   ///< check every key, then end; false: work until killed
  std::string directory; ///< the cache's directory
  directory_plan plan;
  life_plan life;
  std::uint64_t seed = 0; ///< seed for the work of this process
  std::uint64_t first_version = 1;
  int reports = -1; ///< descriptor of the pipe to the parent
};

/// Opens the cache in its directory and works on it; reports each step. Returns the exit status of the process; does
/// not return if the parent kills it.
int run_child(const child_order& order);

} // namespace hearth::crash
