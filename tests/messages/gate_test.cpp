#include "messages/gate.hpp"
#include "messages/write_ticket.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace hearth::messages;

TEST_CASE("A gate admits up to its slots and up to its bytes, and not one more") {
  gate at{{3, 100, 0}};
  CHECK(at.try_acquire({1, 60}));
  CHECK_FALSE(at.try_acquire({1, 41}));
  CHECK(at.try_acquire({1, 40}));
  CHECK(at.try_acquire({1, 0}));
  CHECK_FALSE(at.try_acquire({1, 0}));
  CHECK(at.taken().slots == 3);
  CHECK(at.taken().bytes == 100);
  at.release({1, 60});
  CHECK(at.try_acquire({1, 60}));
}

TEST_CASE("A load larger than the whole gate is never admitted, and reported as such") {
  const gate at{{3, 100, 0}};
  CHECK(at.never_admits({1, 101}));
  CHECK(at.never_admits({4, 0}));
  CHECK_FALSE(at.never_admits({3, 100}));
}

TEST_CASE("Reserved slots are for urgent messages only") {
  gate at{{3, 100, 1}};
  CHECK(at.try_acquire({2, 0}));
  CHECK_FALSE(at.try_acquire({1, 0}));
  CHECK(at.try_acquire({1, 0}, importance::urgent));
  CHECK_FALSE(at.open_for({1, 0}, importance::urgent));
}

TEST_CASE("A permit gives its room back exactly once, wherever it goes") {
  const auto at = std::make_shared<gate>(gate_limits{2, 10, 0});
  auto held = admit(at, {1, 7});
  REQUIRE(held);
  CHECK_FALSE(admit(at, {1, 7}));
  auto moved = std::move(held);
  const permit copied = moved;
  CHECK_FALSE(copied);
  CHECK(at->taken().bytes == 7);
  moved.reset();
  moved.reset();
  CHECK(at->taken().slots == 0);
  auto more = admit(at, {1, 1});
  more.absorb(admit(at, {1, 2}));
  CHECK(at->taken().bytes == 3);
  more = permit{};
  CHECK(at->taken().slots == 0);
}

TEST_CASE("A permit is split into parts that go their own ways, and together give back what it held") {
  const auto at = std::make_shared<gate>(gate_limits{5, 100, 0});
  auto whole = admit(at, {3, 70});
  auto part = whole.split({1, 20});
  auto rest = whole.split({2, 50});
  CHECK(at->taken().slots == 3);
  CHECK(at->taken().bytes == 70);
  whole.reset(); // holds nothing any more
  CHECK(at->taken().slots == 3);
  part.reset();
  CHECK(at->taken().slots == 2);
  CHECK(at->taken().bytes == 50);
  rest.absorb(admit(at, {1, 1}));
  rest.reset();
  CHECK(at->taken().slots == 0);
  CHECK(at->taken().bytes == 0);
}

TEST_CASE("Many threads at one gate never exceed it and leave nothing behind") {
  const auto at = std::make_shared<gate>(gate_limits{4, 40, 0});
  std::vector<std::thread> threads;
  std::atomic<bool> exceeded{false};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20'000; ++n) {
        const auto held = admit(at, {1, 15});
        const auto taken = at->taken();
        if (taken.slots > 4 || taken.bytes > 40)
          exceeded = true;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK_FALSE(exceeded);
  CHECK(at->taken().slots == 0);
  CHECK(at->taken().bytes == 0);
}

TEST_CASE("A write is either started or cancelled, never both") {
  write_ticket first;
  CHECK(first.start());
  CHECK_FALSE(first.cancel());
  CHECK_FALSE(first.cancelled());
  write_ticket second;
  CHECK(second.cancel());
  CHECK_FALSE(second.start());
  CHECK(second.cancelled());
}
