#pragma once

#include "storage/errors.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::bench {

/// What `hearth-bench-cold` was asked to do. Sizes in bytes.
struct bench_settings {
  std::string help;                          ///< not empty: print this and end; nothing else was asked for
  std::string directory = ".";               ///< must exist; a fresh folder in it is used, and removed
  std::vector<std::uint64_t> sizes;          ///< of blocks: multiples of 4 KiB, 4 KiB to 512 MiB
  std::vector<std::string> contenders;       ///< names; none: all
  unsigned repetitions = 5;                  ///< 1..100
  std::uint64_t capacity_bytes = 1ull << 30; ///< of every store; 16 MiB and more
  std::uint64_t put_bytes = 2ull << 30;      ///< put in each measurement
  std::uint64_t disk_bytes_max = 6ull << 30; ///< what may be on disk at once
  unsigned read_depth = 16;                  ///< 1..256
  unsigned write_depth = 0;                  ///< 1..256; 0: as many as make 4 MiB, at least 8
  std::uint64_t seed = 1;                    ///< of payloads, of the order of contenders and of reads
  std::string json;                          ///< a file to write; empty: none
  bool quick = false;                        ///< only whether it works: tiny sizes, one repetition
  bool list = false;                         ///< print the contenders and end
  bool reopen = false;                       ///< measure opening instead
  std::vector<std::uint64_t> counts;         ///< blocks in the store that is opened
  std::uint64_t payload_bytes = 4096;        ///< of those blocks; 16 B and more
};

/// Reads the command line. Errors: invalid_argument, with one line that names the flag, what was found and expected.
[[nodiscard]] storage::result<bench_settings> parse_bench_arguments(int argc, const char* const* argv);

} // namespace hearth::bench
