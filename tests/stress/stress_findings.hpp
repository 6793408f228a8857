#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace hearth::stress {

/// What a cache must not do.
enum class finding_kind : std::uint8_t {
  wrong,      ///< bytes that are of no version of the block
  stale,      ///< a version, or the word that a block is there, which no call explains
  unanswered, ///< or answered twice
  uneven,     ///< counters or gauges that do not add up
  unexpected, ///< an error that has no place there
};

/// What was found in a run; prints the first few, with the seed. Threads: any.
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

/// Asynchronous calls that have no answer yet. Threads: any.
class open_calls {
public:
  void begin();
  /// False: nothing was open.
  [[nodiscard]] bool end();
  /// Returns once at most so many are open. False: they have not ended in two minutes, and never will.
  [[nodiscard]] bool wait_for_at_most(std::size_t calls);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
};

} // namespace hearth::stress
