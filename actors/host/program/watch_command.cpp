#include "actors/host/program/watch_command.hpp"

#include "actors/host/program/admin_client.hpp"
#include "actors/host/program/interruption.hpp"
#include "actors/host/program/printable.hpp"
#include "actors/host/program/top_screen.hpp"
#include "stats/table.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <optional>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

result<stats::snapshot> read_snapshot(admin_client& client, const std::string& name_space) {
  const auto text = client.get("/api/stats?namespace=" + client.escaped(name_space));
  if (!text)
    return text.error();
  std::string error;
  auto item = stats::snapshot_from_json(*text, error);
  if (!item)
    return failure{errc::corrupt, "the answer is no snapshot: " + error};
  return std::move(*item);
}

/// Terminal in which keys arrive at once and are not shown; the destructor restores it, also after a signal that was
/// noted.
class key_reader {
public:
  key_reader() {
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &before_) != 0)
      return;
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    reads_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    if (reads_)
      std::cout << "\x1b[?1049h\x1b[?25l" << std::flush; // a screen of its own, without cursor
  }
  key_reader(const key_reader&) = delete;
  key_reader& operator=(const key_reader&) = delete;
  ~key_reader() {
    if (!reads_)
      return;
    std::cout << "\x1b[?25h\x1b[?1049l" << std::flush;
    (void)::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }

  /// Waits for `time`. Returns whether q was pressed or a signal came.
  bool wait(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (interrupted_by() == 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
      if (left <= 0)
        return false;
      ::pollfd keys{reads_ ? STDIN_FILENO : -1, POLLIN, 0};
      if (::poll(&keys, 1, static_cast<int>(std::min<long>(left, 100))) <= 0)
        continue;
      char key = 0;
      if (const auto got = ::read(STDIN_FILENO, &key, 1); got == 0 || (got == 1 && (key == 'q' || key == 'Q')))
        return true;
    }
    return true;
  }

  [[nodiscard]] bool on_a_terminal() const noexcept { return reads_; }

private:
  ::termios before_{};
  bool reads_ = false;
};

/// Columns and rows of the terminal; 80 and 24 if there is none.
std::pair<std::size_t, std::size_t> terminal_size() {
  ::winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return {80, 24};
  return {std::max<std::size_t>(size.ws_col, 40), std::max<std::size_t>(size.ws_row, 12)};
}

void show(const std::vector<std::string>& lines, bool on_a_terminal) {
  if (on_a_terminal)
    std::cout << "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) // no newline after the last row: the terminal would scroll
    std::cout << lines[i] << (on_a_terminal ? "\x1b[K" : "") << (on_a_terminal && i + 1 == lines.size() ? "" : "\n");
  std::cout << (on_a_terminal ? "\x1b[J" : "\n") << std::flush;
}

} // namespace

command_outcome run_stats(const watch_options& options) {
  auto client = admin_client::open({options.url, options.token_file, options.ca_file});
  if (!client)
    return {bad_input, {}, client.error().context};
  const auto item = read_snapshot(*client, options.name_space);
  if (!item)
    return {1, {}, to_string(item.error())};
  return {0, options.json ? to_json(*item) + '\n' : to_table(*item), {}};
}

command_outcome run_top(const watch_options& options) {
  auto client = admin_client::open({options.url, options.token_file, options.ca_file});
  if (!client)
    return {bad_input, {}, client.error().context};
  auto now = read_snapshot(*client, "*");
  if (!now)
    return {1, {}, to_string(now.error())};
  note_interruptions();
  const key_reader keys;
  auto earlier = *now;
  for (std::uint32_t screen = 1;; ++screen) {
    const auto [width, height] = terminal_size();
    auto lines = top_screen(earlier, now ? *now : earlier, width, height);
    if (!now)
      lines.front() = printable("no answer: " + to_string(now.error())).substr(0, width);
    show(lines, keys.on_a_terminal());
    if ((options.screens > 0 && screen == options.screens) || keys.wait(std::chrono::seconds{options.interval_s}))
      return {};
    if (now)
      earlier = std::move(*now);
    now = read_snapshot(*client, "*");
  }
}

} // namespace hearth
