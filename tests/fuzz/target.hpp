#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace hearth::fuzz {

using bytes = std::vector<std::byte>;

/// Something that is fed bytes from anywhere. `run` must come through with any input, without undefined behaviour;
/// what must hold besides it demands. Same input, same course. Threads: one.
struct target {
  const char* name;
  void (*run)(std::span<const std::byte> input);
  std::vector<bytes> (*seeds)(); ///< inputs that get deep, to begin with
  unsigned rounds;               ///< how many changed seeds the test runs: about a second of them
};

extern const target records;   ///< headers of records
extern const target indexes;   ///< indexes of segments, the snapshot of recency
extern const target recovery;  ///< whole directories: opened, read, verified, repaired
extern const target snapshot;  ///< statistics as JSON
extern const target trace;     ///< request traces
extern const target arguments; ///< sizes, command lines, settings, format files, names of files

/// What a target throws; a fuzzer takes it for a crash, a test for a failure.
struct broken_promise : std::logic_error {
  using std::logic_error::logic_error;
};

inline void demand(bool holds, const char* promise, const std::string& found = {}) {
  if (!holds)
    throw broken_promise{promise + (found.empty() ? std::string{} : ": " + found)};
}

} // namespace hearth::fuzz
