#include "actors/host/program/interruption.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

/// Forks a child that sets `at_first` for all signals, calls `note_interruptions`, then `act`. Returns its exit status,
/// or minus the signal that killed it.
template <class Action>
int status_after(Action act, void (*at_first)(int) = SIG_DFL) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int number : signals)
      std::signal(number, at_first);
    hearth::note_interruptions();
    act();
    ::_exit(hearth::interrupted_by());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

TEST_CASE("A signal that asks for an end is noted, so that a program can clean up") {
  for (const int number : signals) {
    CAPTURE(number);
    CHECK(status_after([&] { std::raise(number); }) == number);
  }
  CHECK(status_after([] {}) == 0);
}

TEST_CASE("A closed reader of the output is noted, too, at the first line and at all later ones") {
  CHECK(status_after([] {
          std::array<int, 2> ends{};
          if (::pipe(ends.data()) != 0)
            ::_exit(1);
          ::close(ends[0]);
          for (int line = 0; line < 3; ++line)
            if (::write(ends[1], "line\n", 5) >= 0)
              ::_exit(2);
        }) == SIGPIPE);
}

TEST_CASE("A signal that was ignored when the program began stays so") {
  for (const int number : {SIGHUP, SIGPIPE}) {
    CAPTURE(number);
    CHECK(status_after([&] { std::raise(number); }, SIG_IGN) == 0);
  }
}
