#pragma once

#include "storage/errors.hpp"
#include "tests/bench/workload.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::bench {

/// Command line of `hearth-bench`, parsed. Sizes in bytes.
struct bench_settings {
  std::string help; ///< if not empty: print this text and exit
  std::vector<workload> what;
  std::vector<std::uint64_t> sizes;
  std::vector<unsigned> threads;
  std::vector<std::string> peers; ///< empty: all peers
  std::string directory = ".";
  std::uint64_t memory_bytes = 512ull << 20; ///< per cache
  std::uint64_t disk_bytes = 2ull << 30;     ///< per cache with a disk
  unsigned chain = 1000;
  unsigned repetitions = 5;
  double seconds = 0.3; ///< per measurement
  std::uint64_t seed = 1;
  std::string json, plot, results; ///< output files; empty: not written
  bool list = false;
  bool quick = false; ///< smoke test only; does not drop the kernel's caches of names and inodes
};

/// Parses the command line. Errors: invalid_argument, with one line that names the flag, what was found and what was
/// expected.
[[nodiscard]] storage::result<bench_settings> parse_bench_arguments(int argc, const char* const* argv);

} // namespace hearth::bench
