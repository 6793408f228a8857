#include "actors/host/interruption.hpp"

#include <atomic>
#include <csignal>

namespace hearth {

namespace {

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free); // a signal handler may touch nothing else

extern "C" void note_signal(int number) { noted.store(number); }

} // namespace

void note_interruptions() noexcept {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    if (number == SIGHUP && ::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN)
      continue; // SIGINT is caught all the same: shells ignore it for jobs in the background
    struct sigaction noting {};
    noting.sa_handler = note_signal;
    noting.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigemptyset(&noting.sa_mask);
    ::sigaction(number, &noting, nullptr);
  }
}

int interrupted_by() noexcept { return noted.load(); }

} // namespace hearth
