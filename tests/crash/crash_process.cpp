#include "tests/crash/crash_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hearth::crash {

using std::chrono::microseconds;
using storage::errc;
using storage::failure;
using storage::result;

namespace {

/// A child that is silent for longer hangs, on any machine.
constexpr std::chrono::minutes patience{10};

failure refused(const std::string& what, int error) {
  return {errc::io, what + ": " + std::generic_category().message(error)};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> made;
  for (auto& text : texts)
    made.push_back(text.data());
  made.push_back(nullptr);
  return made;
}

/// Follows the life of a process: its phase, and when to kill it.
class life_watch {
public:
  life_watch(const kill_plan& plan, bool kill_checked) : plan_(plan), kill_checked_(kill_checked) {
    const auto now = child_process::clock::now();
    heard_ = now;
    if (plan.moment == kill_moment::time)
      due_ = now + plan.delay;
    if (plan.at_the_latest && (!due_ || now + *plan.at_the_latest < *due_))
      due_ = latest_ = now + *plan.at_the_latest;
  }

  void hear(const event& item) {
    heard_ = child_process::clock::now();
    follow(item);
    if (triggers(item) && count_ < plan_.count && ++count_ == plan_.count)
      kill_after(plan_.delay);
    if (kill_checked_ && item.kind == event_kind::checked)
      kill_after({});
  }

  [[nodiscard]] child_process::clock::time_point wake_at() const { return due_ ? *due_ : heard_ + patience; }
  [[nodiscard]] bool hangs() const { return !due_ && child_process::clock::now() >= heard_ + patience; }
  [[nodiscard]] life_phase phase() const {
    return flushes_ > 0 && phase_ == life_phase::working ? life_phase::flushing : phase_;
  }

private:
  void kill_after(microseconds delay) {
    due_ = heard_ + delay;
    if (latest_ && *latest_ < *due_)
      due_ = latest_;
  }

  bool triggers(const event& item) {
    switch (plan_.moment) {
    case kill_moment::opening:
      if (item.kind == event_kind::opened && count_ < plan_.count)
        count_ = plan_.count - 1; // fewer steps than expected: this one, the last, counts
      return item.kind <= event_kind::opened;
    case kill_moment::operations: return item.kind > event_kind::opened;
    case kill_moment::flush: return item.kind == event_kind::flush_begin;
    case kill_moment::synced: return item.kind == event_kind::flush_end;
    case kill_moment::close: return item.kind == event_kind::close_begin;
    case kill_moment::time:
    case kill_moment::never: break;
    }
    return false;
  }

  void follow(const event& item) {
    switch (item.kind) {
    case event_kind::opened: phase_ = life_phase::working; break;
    case event_kind::flush_begin: ++flushes_; break;
    case event_kind::flush_end: --flushes_; break;
    case event_kind::close_begin: phase_ = life_phase::closing; break;
    case event_kind::close_end: phase_ = life_phase::ended; break;
    default: break;
    }
  }

  kill_plan plan_;
  bool kill_checked_;
  std::uint64_t count_ = 0;
  int flushes_ = 0;
  life_phase phase_ = life_phase::opening;
  child_process::clock::time_point heard_;
  std::optional<child_process::clock::time_point> due_;    ///< time to kill it
  std::optional<child_process::clock::time_point> latest_; ///< kill then in any case
};

} // namespace

result<child_process> child_process::start(std::vector<std::string> arguments,
                                           const std::vector<std::string>& environment, const std::string& log) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return refused("pipe2", errno);
  const auto [reading, writing] = ends;
  // A copy without close-on-exec. It exists only for a moment in this process, which has one thread.
  const int inherited = ::fcntl(writing, F_DUPFD, 100);
  ::close(writing);
  arguments.push_back(std::to_string(inherited));
  auto variables = environment;
  for (char** one = environ; *one != nullptr; ++one)
    variables.emplace_back(*one);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  pid_t number = 0;
  // Not by path: a rebuild during the run would change the program of later rounds.
  const int error = ::posix_spawn(&number, "/proc/self/exe", &actions, nullptr, pointers(arguments).data(),
                                  pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(inherited);
  if (error != 0) {
    ::close(reading);
    return refused(arguments[0], error);
  }
  return child_process{number, reading};
}

child_process::child_process(child_process&& other) noexcept
    : number_(std::exchange(other.number_, -1)), reports_(std::exchange(other.reports_, -1)),
      rest_(std::move(other.rest_)) {}

child_process::~child_process() {
  if (number_ > 0) {
    kill();
    static_cast<void>(reap());
  }
  if (reports_ >= 0)
    ::close(reports_);
}

void child_process::kill() noexcept { ::kill(number_, SIGKILL); }

/// Waits until the process is gone, with all its threads and descriptors. Returns the cause of death if it was not our
/// kill.
std::string child_process::reap() {
  int status = 0;
  while (::waitpid(number_, &status, 0) < 0 && errno == EINTR) {
  }
  number_ = -1;
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
    return "died of signal " + std::to_string(WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  return {};
}

/// Reads what is available. Returns false if no writer is left.
bool child_process::read_some(std::vector<event>& into) {
  std::array<std::byte, 64 * sizeof(event)> chunk{};
  const auto got = ::read(reports_, chunk.data(), chunk.size());
  if (got <= 0)
    return got < 0 && errno == EINTR;
  rest_.insert(rest_.end(), chunk.begin(), chunk.begin() + got);
  std::size_t at = 0;
  for (; rest_.size() - at >= sizeof(event); at += sizeof(event)) {
    into.emplace_back();
    std::memcpy(&into.back(), rest_.data() + at, sizeof(event));
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

life_end child_process::watch(const kill_plan& plan, bool kill_checked, const std::function<void(const event&)>& hear) {
  life_watch life{plan, kill_checked};
  life_end end;
  bool open = true;
  std::vector<event> heard;
  while (open) {
    if (!end.killed) {
      const auto left = std::max(life.wake_at() - clock::now(), clock::duration{0});
      const timespec wait{std::chrono::duration_cast<std::chrono::seconds>(left).count(),
                          static_cast<long>((left % std::chrono::seconds{1}).count())};
      pollfd reports{reports_, POLLIN, 0};
      if (left == clock::duration{0} || ::ppoll(&reports, 1, &wait, nullptr) == 0) {
        if (life.hangs())
          end.accident = "did nothing for ten minutes";
        kill();
        end.killed = true;
      }
    }
    heard.clear();
    open = read_some(heard); // after a kill: reads the remaining reports
    for (const auto& item : heard) {
      life.hear(item);
      hear(item);
    }
  }
  if (const auto died = reap(); end.accident.empty())
    end.accident = died;
  end.phase = life.phase();
  return end;
}

} // namespace hearth::crash
