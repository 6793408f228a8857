#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace hearth::stress {

/// Kinds of violations.
enum class finding_kind : std::uint8_t {
  wrong,      ///< bytes of no version of the block
  stale,      ///< a version, or a report that the block is present, that no call explains
  unanswered, ///< a call without an answer, or with two
  uneven,     ///< counters or gauges that do not add up
  unexpected, ///< an error that is not allowed there
};

/// Violations of a run. Prints the first few, with the seed. Threads: any.
class findings {
public:
  explicit findings(std::uint64_t seed) : seed_(seed) {}

  void add(finding_kind kind, const std::string& text);
  [[nodiscard]] std::uint64_t count(finding_kind kind) const;
  [[nodiscard]] std::uint64_t count() const; ///< of all kinds

private:
  const std::uint64_t seed_;
  mutable std::mutex mutex_;
  std::array<std::uint64_t, 5> counts_{};
};

/// Pending asynchronous calls. Threads: any.
class open_calls {
public:
  void begin();
  /// Returns false if no call was pending.
  [[nodiscard]] bool end();
  /// Waits until at most this many calls are pending. Returns false after two minutes: they will never end.
  [[nodiscard]] bool wait_for_at_most(std::size_t calls);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
};

} // namespace hearth::stress
