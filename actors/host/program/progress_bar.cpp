#include "actors/host/program/progress_bar.hpp"

#include "stats/units.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hearth {

std::string progress_line(std::uint64_t done, std::uint64_t total, std::optional<std::uint64_t> bytes, std::uint64_t ns,
                          std::string_view unit) {
  assert(total >= 1);
  constexpr std::size_t cells = 30;
  const auto part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(part * cells);
  const auto percent = std::to_string(static_cast<int>(part * 100));
  const auto line = "[" + std::string(full, '#') + std::string(cells - full, ' ') + "] " +
                    std::string(3 - percent.size(), ' ') + percent + " %  " + std::to_string(done) + "/" +
                    std::to_string(total) + " " + std::string{unit};
  if (!bytes)
    return line;
  const auto per_second = ns == 0 ? 0.0 : static_cast<double>(*bytes) / (static_cast<double>(ns) / 1e9);
  return line + "  " + stats::format_bytes(static_cast<std::uint64_t>(per_second)) + "/s";
}

progress_bar::progress_bar(std::ostream& terminal, bool enabled, std::uint64_t total, std::string unit)
    : terminal_(terminal), enabled_(enabled), total_(std::max<std::uint64_t>(total, 1)), unit_(std::move(unit)) {}

void progress_bar::expect(std::uint64_t total) noexcept { total_ = std::max<std::uint64_t>(total, 1); }

progress_bar::~progress_bar() {
  if (width_ > 0)
    terminal_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
}

void progress_bar::update(std::uint64_t done, std::optional<std::uint64_t> bytes, std::uint64_t ns) {
  if (!enabled_ || ns < next_ns_)
    return;
  next_ns_ = ns + 100'000'000;
  const auto line = progress_line(done, total_, bytes, ns, unit_);
  const auto rest = width_ > line.size() ? width_ - line.size() : 0; // blanks over the rest of a longer previous line
  terminal_ << '\r' << line << std::string(rest, ' ') << std::flush;
  width_ = std::max(width_, line.size());
}

} // namespace hearth
