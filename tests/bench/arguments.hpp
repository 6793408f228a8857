#pragma once

#include "storage/errors.hpp"
#include "tests/bench/workload.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::bench {

/// What `hearth-bench` was asked to do. Sizes in bytes.
struct bench_settings {
  std::string help; ///< not empty: print this and end
  std::vector<workload> what;
  std::vector<std::uint64_t> sizes;
  std::vector<unsigned> threads;
  std::vector<std::string> peers; ///< none: all
  std::string directory = ".";
  std::uint64_t memory_bytes = 512ull << 20; ///< of each cache
  std::uint64_t disk_bytes = 2ull << 30;     ///< of each cache with a disk
  unsigned chain = 1000;
  unsigned repetitions = 5;
  double seconds = 0.3; ///< of each measurement
  std::uint64_t seed = 1;
  std::string json, plot, results; ///< files to write; empty: none
  bool list = false;
  bool quick = false; ///< only whether it works: the kernel's caches of names stay
};

/// Reads the command line. Errors: invalid_argument, with one line that names the flag, what was found and expected.
[[nodiscard]] storage::result<bench_settings> parse_bench_arguments(int argc, const char* const* argv);

} // namespace hearth::bench
