#include "stats/ledger.hpp"
#include "tests/stats/random.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth::stats;

namespace {

drop_reason drop_at(std::size_t i) { return static_cast<drop_reason>(i); }
fail_reason fail_at(std::size_t i) { return static_cast<fail_reason>(i); }

/// One random operation on `books`. `pending` models the blocks that the writer holds.
void random_step(ledger& books, std::vector<std::uint64_t>& pending, random_sequence& random) {
  const auto end = [&](auto&& how) {
    if (pending.empty())
      return;
    const auto at = random.below(pending.size());
    how(pending[at]);
    pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(at));
  };
  const auto bytes = 1 + random.below(1 << 20);
  switch (random.below(8)) {
  case 0:
  case 1:
  case 2:
    books.offer(bytes);
    pending.push_back(bytes);
    break;
  case 3: books.give_up(drop_at(random.below(drop_reasons)), bytes); break;
  case 4: end([&](auto size) { books.persist(size); }); break;
  case 5: end([&](auto size) { books.cancel(size); }); break;
  case 6: end([&](auto size) { books.drop(drop_at(random.below(drop_reasons)), size); }); break;
  case 7: end([&](auto size) { books.fail(fail_at(random.below(fail_reasons)), size); }); break;
  }
}

amount sum_of(const std::vector<std::uint64_t>& sizes) {
  amount sum;
  for (auto size : sizes)
    sum.add(size);
  return sum;
}

} // namespace

TEST_CASE("A ledger that nothing happened to is empty and balanced") {
  const ledger books;
  CHECK(books.balanced());
  CHECK(books.offered() == amount{});
  CHECK(books.accounted() == amount{});
  CHECK(books.ssd_write_drops() == 0);
}

TEST_CASE("An offered block is pending until it ends, and each end moves it to exactly one place") {
  ledger books;
  books.offer(100);
  CHECK(books.offered() == amount{1, 100});
  CHECK(books.pending() == amount{1, 100});

  auto persisted = books;
  persisted.persist(100);
  CHECK(persisted.persisted() == amount{1, 100});

  auto cancelled = books;
  cancelled.cancel(100);
  CHECK(cancelled.cancelled() == amount{1, 100});

  for (const auto& ended : {persisted, cancelled}) {
    CHECK(ended.pending() == amount{});
    CHECK(ended.offered() == amount{1, 100});
    CHECK(ended.accounted() == amount{1, 100});
  }
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    auto dropped = books;
    dropped.drop(drop_at(i), 100);
    CHECK(dropped.dropped(drop_at(i)) == amount{1, 100});
    CHECK(dropped.pending() == amount{});
    CHECK(dropped.balanced());
  }
  for (std::size_t i = 0; i < fail_reasons; ++i) {
    auto failed = books;
    failed.fail(fail_at(i), 100);
    CHECK(failed.failed(fail_at(i)) == amount{1, 100});
    CHECK(failed.pending() == amount{});
    CHECK(failed.balanced());
  }
}

TEST_CASE("A block that is given up at once is offered and dropped, and was never pending") {
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    ledger books;
    books.give_up(drop_at(i), 7);
    CHECK(books.offered() == amount{1, 7});
    CHECK(books.dropped(drop_at(i)) == amount{1, 7});
    CHECK(books.pending() == amount{});
    CHECK(books.balanced());
  }
}

TEST_CASE("Only the three drops that the writer's full mailbox causes are SSD write drops") {
  ledger books;
  for (std::size_t i = 0; i < drop_reasons; ++i)
    books.give_up(drop_at(i), 10 + i);
  CHECK(books.ssd_write_drops() == 3);
  CHECK(books.parts().ssd_write_drops() == amount{3, 10 + 11 + 12});
  CHECK(books.parts().dropped_sum().blocks == drop_reasons);
}

TEST_CASE("The names of the reasons are those of the JSON contract") {
  const std::vector<std::string_view> drops{"evict_full",  "preflight_full", "late_full", "orphan",
                                            "over_budget", "too_large",      "closing"};
  const std::vector<std::string_view> fails{"io_error", "no_space", "writer_died"};
  REQUIRE(drops.size() == drop_reasons);
  REQUIRE(fails.size() == fail_reasons);
  for (std::size_t i = 0; i < drop_reasons; ++i)
    CHECK(to_string(drop_at(i)) == drops[i]);
  for (std::size_t i = 0; i < fail_reasons; ++i)
    CHECK(to_string(fail_at(i)) == fails[i]);
}

TEST_CASE("A long random life keeps the equation true at every step, and pending is what the queue holds") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    random_sequence random{seed};
    ledger books;
    std::vector<std::uint64_t> pending;
    for (int step = 0; step < 20'000; ++step) {
      random_step(books, pending, random);
      if (!books.balanced() || step % 1000 == 0) {
        CAPTURE(step);
        REQUIRE(books.balanced());
        REQUIRE(books.accounted() == books.offered());
        REQUIRE(books.pending() == sum_of(pending));
      }
    }
  }
}

TEST_CASE("Since a moment, offered starts at what was pending then, and the rest at zero") {
  ledger books;
  books.offer(10);
  books.offer(20);
  books.persist(10);
  books.give_up(drop_reason::orphan, 5);
  const auto start = books;
  const auto page = books.since(start);
  CHECK(page.offered() == amount{1, 20});
  CHECK(page.pending() == amount{1, 20});
  CHECK(page.persisted() == amount{});
  CHECK(page.dropped(drop_reason::orphan) == amount{});
  CHECK(page.balanced());

  books.fail(fail_reason::io_error, 20);
  CHECK(books.since(start).offered() == amount{1, 20});
  CHECK(books.since(start).pending() == amount{});
  CHECK(books.since(start).failed(fail_reason::io_error) == amount{1, 20});
  CHECK(books.since(start).balanced());
}

TEST_CASE("After resets at random moments the ledger shown stays balanced") {
  const std::uint64_t seed = 4242;
  CAPTURE(seed);
  random_sequence random{seed};
  ledger books;
  ledger start;
  std::vector<std::uint64_t> pending;
  for (int step = 0; step < 20'000; ++step) {
    random_step(books, pending, random);
    if (random.below(100) == 0) {
      start = books;
      REQUIRE(books.since(start).offered() == books.pending());
    }
    REQUIRE(books.since(start).balanced());
    REQUIRE(books.since(start).pending() == books.pending());
  }
}

TEST_CASE("The sum of two balanced ledgers has every entry of both and is balanced") {
  random_sequence random{7};
  ledger a, b;
  std::vector<std::uint64_t> pending_a, pending_b;
  for (int step = 0; step < 500; ++step) {
    random_step(a, pending_a, random);
    random_step(b, pending_b, random);
  }
  auto both = a;
  both += b;
  CHECK(both.balanced());
  CHECK(both.offered().blocks == a.offered().blocks + b.offered().blocks);
  CHECK(both.pending().bytes == a.pending().bytes + b.pending().bytes);
  for (std::size_t i = 0; i < drop_reasons; ++i)
    CHECK(both.dropped(drop_at(i)).bytes == a.dropped(drop_at(i)).bytes + b.dropped(drop_at(i)).bytes);
}

TEST_CASE("A ledger is restored from parts that add up, and from no others") {
  ledger books;
  books.offer(10);
  books.give_up(drop_reason::closing, 3);
  auto parts = books.parts();
  REQUIRE(ledger::restore(parts));
  CHECK(*ledger::restore(parts) == books);

  parts.offered.bytes += 1;
  CHECK_FALSE(ledger::restore(parts));

  // 2^63 + 2^63 is 0 in 64 bits: a sum that wraps around must not count as balanced.
  ledger_parts wrapped;
  wrapped.persisted = {1ull << 63, 0};
  wrapped.pending = {1ull << 63, 0};
  CHECK_FALSE(wrapped.balanced());
  CHECK_FALSE(ledger::restore(wrapped));
}
