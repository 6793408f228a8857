// Tests of the oracle: it accepts what a cache may reply, and rejects what it must not.
#include "tests/support/block_history.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using history = hearth::testing::block_history;
using put_end = history::put_end;

namespace {

constexpr history::number block = 0;

/// History of two blocks, with short forms of the calls of one thread.
struct one_host {
  history past{2};

  history::version put(put_end end = put_end::stored, history::number which_block = block, history::version which = 0) {
    const auto begun = past.begins();
    which = past.put_begins(which_block, begun, which);
    CHECK(past.put_ends(which_block, which, end).empty());
    past.ended(begun);
    return which;
  }
  void erase(bool done = true) {
    const auto begun = past.begins();
    past.erase_begins(block, begun);
    past.erase_ends(block, begun, done);
    past.ended(begun);
  }
  void sync() {
    const auto begun = past.begins();
    past.synced(begun);
    past.ended(begun);
  }
  void promise(bool exact = true) {
    const auto begun = past.now();
    past.synced(begun);
    past.promise(block, begun, exact);
  }
  void miss() {
    const auto at = past.now();
    past.missed(block, at, at);
  }
  bool may_miss() { return past.check_miss(block, past.now()).empty(); }
  bool may_get(history::version which) {
    const auto begun = past.begins();
    return may_get(which, begun);
  }
  bool may_get(history::version which, history::moment begun) {
    const bool fine = past.check(block, which, begun, past.now()).empty();
    past.ended(begun);
    return fine;
  }
  bool may_be_there() {
    const auto begun = past.begins();
    const bool fine = past.check_there(block, begun).empty();
    past.ended(begun);
    return fine;
  }
};

} // namespace

TEST_CASE("What was put may be read, more than once, and not what a refresh has brought") {
  one_host host;
  const auto first = host.put();
  const auto second = host.put(put_end::refreshed);
  CHECK(host.may_get(first));
  CHECK_FALSE(host.may_get(second));
  CHECK(host.may_get(first));
  CHECK(host.may_be_there());
}

TEST_CASE("Of two puts side by side either may be read, but not the one again once the other has been seen") {
  one_host host;
  const auto begun = host.past.begins();
  const auto first = host.past.put_begins(block, begun);
  const auto second = host.put();
  CHECK(host.past.put_ends(block, first, put_end::stored).empty());
  host.past.ended(begun);
  CHECK(host.may_get(first));
  CHECK_FALSE(host.may_get(second));
  CHECK(host.may_get(first));
}

TEST_CASE("Bytes that nobody has put are refused") {
  one_host host;
  CHECK_FALSE(host.may_get(1));
  host.put(put_end::refreshed);
  CHECK_FALSE(host.may_be_there()); // the earlier report cannot be true
  const auto which = host.put();
  CHECK_FALSE(host.may_get(which + 1));
  CHECK(host.may_be_there());
}

TEST_CASE("A put that was under way beside the get may be read, and one that began after it ended may not") {
  one_host host;
  const auto put = host.past.begins();
  const auto which = host.past.put_begins(block, put);
  CHECK(host.may_get(which));
  const auto get = host.past.begins();
  const auto ended = host.past.now();
  const auto later = host.past.put_begins(block, host.past.begins());
  CHECK_FALSE(host.past.check(block, later, get, ended).empty());
}

TEST_CASE("A block is gone after its erase, not beside it, and not if the erase was not answered") {
  one_host host;
  const auto which = host.put();
  host.erase(false);
  CHECK(host.may_get(which));
  const auto before = host.past.begins();
  const auto erase = host.past.begins();
  host.past.erase_begins(block, erase);
  CHECK(host.may_get(which));
  host.past.erase_ends(block, erase, true);
  CHECK(host.may_get(which, before)); // it was requested before
  CHECK_FALSE(host.may_get(which));
  CHECK_FALSE(host.may_be_there());
}

TEST_CASE("A put that an erase ran beside may have come after it") {
  one_host host;
  const auto put = host.past.begins();
  const auto which = host.past.put_begins(block, put);
  host.erase();
  CHECK(host.past.put_ends(block, which, put_end::stored).empty());
  host.past.ended(put);
  CHECK(host.may_get(which));
}

TEST_CASE("A put that found nothing there makes every earlier version stale, one that found something none") {
  one_host host;
  const auto first = host.put();
  const auto second = host.put(put_end::refreshed);
  const auto third = host.put(put_end::stored);
  CHECK_FALSE(host.may_get(first));
  CHECK_FALSE(host.may_get(second));
  CHECK(host.may_get(third));
}

TEST_CASE("A refused put has changed nothing, however early a get has returned it") {
  one_host host;
  const auto first = host.put();
  CHECK_FALSE(host.may_get(host.put(put_end::refused)));
  CHECK(host.may_get(first));
  const auto put = host.past.begins();
  const auto which = host.past.put_begins(block, put);
  CHECK(host.may_get(which));
  CHECK_FALSE(host.past.put_ends(block, which, put_end::refused).empty());
}

TEST_CASE("A put without an answer may come at any time, until the cache is opened anew") {
  one_host host;
  const auto which = host.put(put_end::unknown);
  host.erase();
  CHECK(host.may_get(which));
  host.past.reopened();
  CHECK(host.may_get(which));
  host.erase();
  CHECK_FALSE(host.may_get(which));
}

TEST_CASE("An end undoes what no sync has covered, and nothing else") {
  one_host host;
  const auto first = host.put();
  host.erase();
  host.sync();
  host.past.reopened();
  CHECK_FALSE(host.may_get(first));
  const auto second = host.put();
  host.sync();
  host.erase();
  const auto third = host.put();
  CHECK_FALSE(host.may_get(second));
  host.past.reopened();
  CHECK_FALSE(host.may_get(first));
  const bool erase_came_to_nothing = GENERATE(true, false);
  CHECK(host.may_get(erase_came_to_nothing ? second : third));
}

TEST_CASE("A sync covers what had ended when it began, not what ended beside it") {
  one_host host;
  const auto which = host.put();
  const auto sync = host.past.begins();
  host.erase();
  host.past.synced(sync);
  host.past.ended(sync);
  host.past.reopened();
  CHECK(host.may_get(which));
}

TEST_CASE("What is forgotten is still refused, with the call that took it away") {
  one_host host;
  const auto which = host.put();
  host.erase();
  host.sync();
  host.put();
  host.put();
  const auto begun = host.past.begins();
  CHECK(host.past.check(block, which, begun, host.past.now()).find("gone with") != std::string::npos);
}

TEST_CASE("Nothing is forgotten that a call under way may need") {
  one_host host;
  const auto which = host.put();
  const auto get = host.past.begins();
  host.erase();
  host.sync();
  host.put();
  host.put();
  CHECK(host.may_get(which, get));
}

TEST_CASE("Blocks do not know of each other, and a long history stays small") {
  one_host host;
  const auto other = host.put(put_end::stored, 1);
  std::size_t most = 0;
  for (int n = 0; n < 100'000; ++n) {
    host.put(n % 5 == 0 ? put_end::stored : put_end::refreshed);
    if (n % 7 == 0)
      host.erase();
    if (n % 50 == 0)
      host.sync();
    most = std::max(most, host.past.size());
  }
  CHECK(most < 200);
  const auto begun = host.past.begins();
  CHECK(host.past.check(1, other, begun, host.past.now()).empty());
}

TEST_CASE("After a crash what was put may be there or away, and a put without an answer may have happened") {
  one_host host;
  const auto first = host.put();
  const auto second = host.past.put_begins(block, host.past.begins());
  host.past.reopened();
  CHECK(host.past.check_miss(block, host.past.now()).empty());
  const bool the_second = GENERATE(false, true);
  CHECK(host.may_get(the_second ? second : first));
  CHECK_FALSE(host.may_get(second + 1));
}

TEST_CASE("What a sync covers must be there after every end, as it was, until it is erased, missed or stored anew") {
  one_host host;
  const auto first = host.put();
  host.promise();
  host.past.reopened();
  host.past.reopened();
  CHECK(host.may_get(first));
  CHECK_FALSE(host.may_miss());
  SECTION("another version, of which nobody said that it was stored") {
    const auto second = host.put(put_end::perhaps);
    CHECK_FALSE(host.may_get(second));
    CHECK_FALSE(host.may_miss());
    return;
  }
  SECTION("erased, even if that was not answered") { host.past.erase_begins(block, host.past.begins()); }
  SECTION("missed") { host.miss(); }
  SECTION("stored anew") { host.put(); }
  SECTION("perhaps taken away") { host.past.may_go_begins(block); }
  SECTION("damaged") { host.past.release(block); }
  host.past.reopened();
  CHECK(host.may_miss());
}

TEST_CASE("A block that may have made room for others may have been put again, and is promised all the same") {
  one_host host;
  host.put();
  host.promise(false);
  const auto second = host.put(put_end::perhaps);
  CHECK_FALSE(host.may_miss());
  CHECK(host.may_get(second));
}

TEST_CASE("A sync promises nothing that was touched beside it, and nothing that it cannot explain") {
  one_host host;
  const auto sync = host.past.begins();
  SECTION("put") { host.put(); }
  SECTION("being put") { (void)host.past.put_begins(block, host.past.begins()); }
  SECTION("erased and put") {
    host.put();
    host.erase();
  }
  SECTION("perhaps taken away") {
    host.put();
    host.past.may_go_begins(block);
    if (GENERATE(false, true))
      host.past.may_go_ends(block);
  }
  SECTION("never put") {}
  host.past.promise(block, sync, true);
  CHECK_FALSE(host.past.promised(block));
  host.past.reopened();
  CHECK(host.may_miss());
}

TEST_CASE("A refused put or an erase that was not carried out does not keep a sync from promising") {
  one_host host;
  host.put();
  const auto sync = host.past.begins();
  host.put(GENERATE(put_end::refreshed, put_end::refused));
  host.erase(false);
  host.past.promise(block, sync, true);
  CHECK_FALSE(host.may_miss());
}

TEST_CASE("A block that was found or stored is there while the cache lives, until something touches it") {
  one_host host;
  const auto which = host.put();
  const bool found = GENERATE(false, true);
  if (found) {
    host.past.reopened();
    CHECK(host.may_miss());
    CHECK(host.may_get(which));
  }
  CHECK_FALSE(host.may_miss());
  SECTION("a put that finds it") {
    host.put(put_end::refreshed);
    CHECK_FALSE(host.may_miss());
    return;
  }
  SECTION("an erase") { host.erase(); }
  SECTION("an erase without effect, as far as one can tell") { host.erase(false); }
  SECTION("a clear of one tier") { host.past.may_go_begins(block); }
  SECTION("an end") { host.past.reopened(); }
  CHECK(host.may_miss());
}

TEST_CASE("What a clear of one tier may have taken away may be found, or missed, or put anew") {
  one_host host;
  const auto first = host.put();
  host.past.may_go_begins(block);
  CHECK(host.may_get(first));
  CHECK(host.may_miss());
  host.past.may_go_ends(block);
  CHECK(host.may_miss());
  CHECK(host.may_get(first));
  CHECK_FALSE(host.may_miss()); // found since
  const auto second = host.put();
  CHECK_FALSE(host.may_get(first));
  host.promise();
  CHECK(host.past.promised(block));
  CHECK(host.may_get(second));
}

TEST_CASE("A put that an erase ran beside need not have left anything") {
  one_host host;
  const auto put = host.past.begins();
  const auto which = host.past.put_begins(block, put);
  host.erase();
  CHECK(host.past.put_ends(block, which, put_end::stored).empty());
  CHECK(host.may_miss());
}

TEST_CASE("What was missed is not found again, and may come back only after an end that no sync covers") {
  one_host host;
  const auto which = host.put();
  host.miss();
  CHECK_FALSE(host.may_get(which));
  CHECK_FALSE(host.may_be_there());
  const bool synced = GENERATE(false, true);
  if (synced)
    host.sync();
  host.past.reopened();
  CHECK(host.may_get(which) != synced);
}

TEST_CASE("A put of the version that is there already changes nothing, and one that stores it anew brings it back") {
  one_host host;
  const auto which = host.put();
  host.put(put_end::refused, block, which);
  CHECK(host.may_get(which));
  host.miss();
  host.put(put_end::stored, block, which);
  CHECK(host.may_get(which));
}

TEST_CASE("A put whose answer does not tell has ended: an erase after it takes it away") {
  one_host host;
  const auto which = host.put(put_end::perhaps);
  CHECK(host.may_get(which));
  host.erase();
  CHECK_FALSE(host.may_get(which));
}
