#include "tests/crash/crash_record.hpp"
#include "tests/support/catch.hpp"

using namespace hearth;
using namespace hearth::crash;
using storage::errc;

namespace {

constexpr std::uint64_t limit = 1 << 20;
constexpr std::uint32_t key = 0;   ///< head of a chain
constexpr std::uint32_t child = 1; ///< the next block of the chain

/// Feeds a record with the events of a cache.
class told_record {
public:
  explicit told_record(record_rules given = {}) : rules(given) {
    rules.cold_bytes_max = limit;
    record.begin_life(rules, false);
  }

  void put(std::uint64_t version, std::uint32_t of = key, bool stored = true) {
    begin_put(version, of);
    tell({.kind = event_kind::put_end, .flag = stored, .key = of, .version = version});
  }
  void begin_put(std::uint64_t version, std::uint32_t of = key) {
    tell({.kind = event_kind::put_begin, .key = of, .version = version});
  }
  void erase(bool was_there = true) {
    tell({.kind = event_kind::erase_begin, .key = key});
    tell({.kind = event_kind::erase_end, .flag = was_there, .key = key});
  }
  void flush(key_bits present = all_keys) {
    tell({.kind = event_kind::flush_begin});
    end_flush(present);
  }
  void end_flush(key_bits present = all_keys) {
    tell({.kind = event_kind::flush_end, .flag = true, .present = present});
  }
  void find(std::uint64_t version, std::uint32_t of = key) {
    tell({.kind = event_kind::got,
          .key = of,
          .version = version,
          .found = digest_of(payload(size_mix::varied, {of, version}))});
  }
  void miss(std::uint32_t of = key) { tell({.kind = event_kind::got, .outcome = errc::not_found, .key = of}); }
  void figures(snapshot_figures taken) {
    taken.balanced = 1;
    taken.bytes_max = limit;
    tell({.kind = event_kind::figures_begin});
    tell({.kind = event_kind::figures, .figures = taken});
  }

  /// A kill, then a checker opens the directory.
  void crash() {
    record.end_life(false);
    record.begin_life(rules, true);
  }

  [[nodiscard]] std::size_t violations() const { return record.violations().size(); }

  void tell(const event& item) { record.note(item); }

  record_rules rules;
  crash_record record{size_mix::varied};
};

} // namespace

TEST_CASE("After a crash a block that was put may be there or away, and only as it was put") {
  told_record told;
  told.put(1);
  told.crash();
  SECTION("there") {
    told.find(1);
    CHECK(told.violations() == 0);
  }
  SECTION("away") {
    told.miss();
    CHECK(told.violations() == 0);
  }
  SECTION("other bytes") {
    told.find(2);
    CHECK(told.record.totals().wrong == 1);
    CHECK(told.violations() == 1);
  }
}

TEST_CASE("After a crash a put that was not acknowledged may have happened, one that was refused may not") {
  told_record told{{.lossless = false}};
  told.begin_put(1);
  SECTION("not acknowledged") {
    told.crash();
    told.find(1);
    CHECK(told.violations() == 0);
  }
  SECTION("refused") {
    told.tell({.kind = event_kind::put_end, .outcome = errc::overloaded, .key = key, .version = 1});
    told.crash();
    told.find(1);
    CHECK(told.record.totals().wrong == 1);
  }
}

TEST_CASE("What a sync point covers is there after a crash, as it was") {
  told_record told;
  told.put(1);
  SECTION("away") {
    told.flush();
    told.crash();
    told.miss();
    CHECK(told.record.totals().lost == 1);
    CHECK(told.record.totals().synced_checked == 1);
  }
  SECTION("away, having been put while the flush was under way") {
    told.tell({.kind = event_kind::flush_begin});
    told.erase();
    told.put(2);
    told.end_flush();
    told.crash();
    told.miss();
    CHECK(told.violations() == 0);
  }
  SECTION("an acknowledged flush that did not sync promises nothing") {
    told.rules.faulty = true;
    told.record.begin_life(told.rules, false);
    told.tell({.kind = event_kind::flush_begin});
    told.tell({.kind = event_kind::flush_end, .flag = false});
    told.crash();
    told.miss();
    CHECK(told.violations() == 0);
  }
  SECTION("erased since") {
    told.flush();
    told.erase();
    told.crash();
    told.miss();
    CHECK(told.violations() == 0);
  }
}

TEST_CASE("An erased block may come back until a sync point, and not after it") {
  told_record told;
  told.put(1);
  told.flush();
  told.erase();
  SECTION("before") {
    told.crash();
    told.find(1);
    CHECK(told.violations() == 0);
    CHECK(told.record.totals().came_back == 1);
  }
  SECTION("after") {
    told.flush(0);
    told.crash();
    told.find(1);
    CHECK(told.record.totals().wrong == 1);
  }
  SECTION("after, under another version") {
    told.put(2);
    told.flush();
    told.crash();
    told.find(1);
    CHECK(told.record.totals().wrong == 1);
  }
  SECTION("in the same process") {
    told.find(1);
    CHECK(told.record.totals().wrong == 1);
  }
  SECTION("erased after the flush had begun") {
    told.put(2);
    told.tell({.kind = event_kind::flush_begin});
    told.erase();
    told.end_flush(0);
    told.crash();
    told.find(2);
    CHECK(told.violations() == 0);
  }
}

TEST_CASE("Promises outlive the processes that follow") {
  told_record told;
  told.put(1);
  told.flush();
  for (int i = 0; i < 3; ++i) {
    told.crash();
    told.find(1);
    told.crash();
  }
  CHECK(told.violations() == 0);
  told.miss();
  CHECK(told.record.totals().lost == 1);
}

TEST_CASE("A block whose parent is in no tier is promised by no flush of a cache that cuts chains") {
  told_record told{{.lossless = false, .cut_chains = true}};
  told.put(1, child);
  told.flush(bit_of(child));
  told.crash();
  told.miss(child);
  CHECK(told.violations() == 0);
}

TEST_CASE("Where nothing is dropped, nothing goes away while the process lives") {
  told_record told;
  told.put(1);
  SECTION("a get misses it") { told.miss(); }
  SECTION("a put stores it anew") { told.put(1); }
  SECTION("an erase does not find it") { told.erase(false); }
  SECTION("it is in no tier after a flush") { told.flush(0); }
  CHECK(told.violations() == 1);
}

TEST_CASE("What goes away while the process lives is counted as lost or reclaimed") {
  told_record told{{.roomy = false, .lossless = false}};
  told.put(1);
  told.miss();
  CHECK(told.violations() == 0);
  SECTION("lost") { told.figures({.lost = 1}); }
  SECTION("reclaimed") { told.figures({.evictions = 1}); }
  CHECK(told.violations() == 0);
  told.figures({});
  CHECK(told.violations() == 1);
}

TEST_CASE("In a small directory no more is missing than was reclaimed by a process that told all") {
  told_record told{{.roomy = false, .lossless = false}};
  told.put(1);
  told.flush();
  const auto reclaimed = GENERATE(std::uint64_t{0}, std::uint64_t{1});
  const bool in_peace = GENERATE(false, true);
  told.figures({.evictions = reclaimed});
  told.record.end_life(in_peace);
  told.record.begin_life(told.rules, true);
  told.miss();
  told.tell({.kind = event_kind::checked});
  CHECK(told.violations() == (in_peace && reclaimed == 0 ? 1 : 0));
}

TEST_CASE("Figures that contradict themselves or what is allowed are violations") {
  told_record told;
  told.figures({.bytes_in_use = limit});
  CHECK(told.violations() == 0);
  SECTION("over the limit") { told.figures({.bytes_in_use = limit + 1}); }
  SECTION("reclaimed in a roomy directory") { told.figures({.evictions = 1}); }
  SECTION("dropped") { told.figures({.dropped = 1}); }
  SECTION("an error without a fault") { told.figures({.errors = 1}); }
  SECTION("another limit") {
    told.tell({.kind = event_kind::figures, .figures = {.balanced = 1, .bytes_max = limit / 2}});
  }
  SECTION("out of balance") {
    told.tell({.kind = event_kind::figures, .figures = {.balanced = 0, .bytes_max = limit}});
  }
  CHECK(told.violations() == 1);
}

TEST_CASE("A check that finds another number of blocks than the cold tier says it holds is a violation") {
  told_record told;
  told.put(1);
  told.crash();
  told.find(1);
  told.figures({.present = 2});
  told.tell({.kind = event_kind::checked});
  CHECK(told.violations() == 1);
}
