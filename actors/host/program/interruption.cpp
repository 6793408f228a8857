#include "actors/host/program/interruption.hpp"

#include <atomic>
#include <csignal>
#include <ctime>
#include <initializer_list>

namespace hearth {

namespace {

std::atomic<int> noted{0};
std::atomic<long> noted_at_ms{0};
static_assert(std::atomic<int>::is_always_lock_free); // a signal handler may use only lock-free atomics
static_assert(std::atomic<long>::is_always_lock_free);

/// `timeout` and shells send a signal to the process and to its group, so one request to stop arrives twice. A second
/// signal after this time is a second request: the program then ends at once.
constexpr long same_wish_ms = 500;

extern "C" void note_signal(int number) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto now_ms = static_cast<long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
  if (noted.load() == 0) {
    noted_at_ms.store(now_ms);
    noted.store(number);
  } else if (number != SIGPIPE && now_ms - noted_at_ms.load() > same_wish_ms) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

} // namespace

void note_interruptions() noexcept {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction before {};
    if ((number == SIGHUP || number == SIGPIPE) && ::sigaction(number, nullptr, &before) == 0 &&
        before.sa_handler == SIG_IGN)
      continue; // SIGINT and SIGTERM are caught even if ignored: shells start background jobs with SIGINT ignored
    struct sigaction noting {};
    noting.sa_handler = note_signal;
    noting.sa_flags = SA_RESTART;
    ::sigemptyset(&noting.sa_mask);
    ::sigaction(number, &noting, nullptr);
  }
}

int interrupted_by() noexcept { return noted.load(); }

} // namespace hearth
