#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace hearth::fuzz {

using bytes = std::vector<std::byte>;

/// Fuzz target. `run` must return for any input, without undefined behaviour, and throws if its own checks fail. The
/// same input gives the same run. Threads: one.
struct target {
  const char* name;
  void (*run)(std::span<const std::byte> input);
  std::vector<bytes> (*seeds)(); ///< valid inputs to start from, which reach deep code
  unsigned rounds;               ///< number of mutated seeds that the test runs: about a second
};

extern const target records;   ///< record headers
extern const target indexes;   ///< segment indexes, the recency snapshot
extern const target recovery;  ///< whole directories: open, read, verify, repair
extern const target snapshot;  ///< statistics as JSON
extern const target trace;     ///< request traces
extern const target arguments; ///< sizes, command lines, settings, format files, file names

/// Exception of a target: a crash for a fuzzer, a failure for a test.
struct broken_promise : std::logic_error {
  using std::logic_error::logic_error;
};

inline void demand(bool holds, const char* promise, const std::string& found = {}) {
  if (!holds)
    throw broken_promise{promise + (found.empty() ? std::string{} : ": " + found)};
}

} // namespace hearth::fuzz
