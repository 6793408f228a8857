#include "actors/tiers/directory_watch.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::actors;
using namespace std::chrono_literals;

namespace {

using action = directory_watch::action;
constexpr directory_watch::time_point start{1h};

directory_watch watch_every_second() { return {1s, {100ms, 10s}}; }

} // namespace

TEST_CASE("A directory that is there is looked for at the pace that was set, one look at a time") {
  auto watch = watch_every_second();
  const auto first = watch.next(start, true);
  CHECK(first.what == action::look);
  CHECK(first.ask_again == start + 1s);
  CHECK(watch.next(start + 5s, true).what == action::none); // the reply is pending
  watch.answered();
  const auto early = watch.next(start + 999ms, true);
  CHECK(early.what == action::none);
  CHECK(early.ask_again == start + 1s);
  CHECK(watch.next(start + 1s, true).what == action::look);
}

TEST_CASE("After a failure the directory is looked for at once, but not twice at a time") {
  auto watch = watch_every_second();
  (void)watch.next(start, true);
  CHECK_FALSE(watch.look_now());
  watch.answered();
  CHECK(watch.look_now());
  CHECK_FALSE(watch.look_now());
}

TEST_CASE("A directory that went away is opened again after ever longer waiting times") {
  auto watch = watch_every_second();
  (void)watch.next(start, true);
  watch.answered();
  watch.detached(start);
  const auto soon = watch.next(start + 99ms, false);
  CHECK(soon.what == action::none);
  CHECK(soon.ask_again == start + 100ms);
  CHECK(watch.next(start + 100ms, false).what == action::open);
  CHECK(watch.next(start + 1min, false).what == action::none); // the reply is pending
  (void)watch.opening_failed(start + 100ms, "no such directory");
  CHECK(watch.next(start + 299ms, false).what == action::none);
  CHECK(watch.next(start + 300ms, false).what == action::open);
  (void)watch.opening_failed(start + 300ms, "no such directory");
  CHECK(watch.opening_failures() == 2);
  CHECK(watch.next(start + 699ms, false).ask_again == start + 700ms);
}

TEST_CASE("Each new reason why the directory cannot be opened is new once, and again when it goes away another time") {
  auto watch = watch_every_second();
  watch.detached(start);
  CHECK(watch.opening_failed(start, "no such directory"));
  CHECK_FALSE(watch.opening_failed(start, "no such directory"));
  CHECK(watch.opening_failed(start, "permission denied"));
  watch.opened(start);
  watch.detached(start);
  CHECK(watch.opening_failures() == 0);
  CHECK(watch.opening_failed(start, "permission denied"));
}

TEST_CASE("A directory that was opened again is looked for at the usual pace") {
  auto watch = watch_every_second();
  watch.detached(start);
  CHECK(watch.next(start + 1s, false).what == action::open);
  watch.opened(start + 1s);
  CHECK(watch.next(start + 1s, true).ask_again == start + 2s);
  CHECK(watch.next(start + 2s, true).what == action::look);
}
