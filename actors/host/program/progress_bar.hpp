#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace hearth {

/// Progress of a command on one line: "[####      ]  40 %  800/2000 requests  512 MiB/s". `unit` names the counted
/// things. Without `bytes` the line has no speed. Pre: total >= 1.
[[nodiscard]] std::string progress_line(std::uint64_t done, std::uint64_t total, std::optional<std::uint64_t> bytes,
                                        std::uint64_t ns, std::string_view unit = "requests");

/// Progress bar: updates a progress line on a terminal, at most ten times a second, and wipes it when destroyed.
/// Threads: one owner. Errors: none; a failure to print is ignored.
class progress_bar {
public:
  /// Shows `total` of `unit` on `terminal`, which must outlive this object; shows nothing if `enabled` is false.
  progress_bar(std::ostream& terminal, bool enabled, std::uint64_t total, std::string unit = "requests");
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar();

  /// Changes the total.
  void expect(std::uint64_t total) noexcept;

  /// Shows that `done` units, with `bytes` (none: unknown), took `ns` so far.
  void update(std::uint64_t done, std::optional<std::uint64_t> bytes, std::uint64_t ns);

private:
  std::ostream& terminal_;
  bool enabled_;
  std::uint64_t total_;
  std::string unit_;
  std::uint64_t next_ns_ = 0; ///< time of the next drawing
  std::size_t width_ = 0;     ///< columns of the line that is shown now
};

} // namespace hearth
