#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace hearth {

/// How far a command is, on one line: "[####      ]  40 %  800/2000 requests  512 MiB/s". `unit` is what is counted.
/// Without `bytes` it does not tell how fast. Pre: total >= 1.
[[nodiscard]] std::string progress_line(std::uint64_t done, std::uint64_t total, std::optional<std::uint64_t> bytes,
                                        std::uint64_t ns, std::string_view unit = "requests");

/// Keeps a progress line on a terminal up to date, at most ten times a second, and wipes it when it goes.
/// Threads: one owner. Errors: none; what cannot be shown is not shown.
class progress_bar {
public:
  /// Shows on `terminal`, which must outlive this, unless `enabled` is false. `total` of `unit` are to come.
  progress_bar(std::ostream& terminal, bool enabled, std::uint64_t total, std::string unit = "requests");
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;
  ~progress_bar();

  /// There turn out to be `total`.
  void expect(std::uint64_t total) noexcept;

  /// `done` of them and `bytes` (none: unknown) were dealt with in the first `ns`.
  void update(std::uint64_t done, std::optional<std::uint64_t> bytes, std::uint64_t ns);

private:
  std::ostream& terminal_;
  bool enabled_;
  std::uint64_t total_;
  std::string unit_;
  std::uint64_t next_ns_ = 0; ///< not drawn again before
  std::size_t width_ = 0;     ///< of what stands on the line now
};

} // namespace hearth
