#include "storage/segments/segment_index.hpp"
#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/text_files.hpp"

#include <algorithm>
#include <cstring>
#include <random>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

segment_index example() {
  segment_index index;
  index.store = 0x1112131415161718;
  index.slot = 0x21222324;
  index.generation = 0x3132333435363738;
  index.segment_bytes = 65'536;
  index.covered_bytes = 40'960;
  index.records_max = 8;
  index.names = {"a", "model-b"};
  index.entries.resize(2);
  index.entries[0].key.bytes[0] = std::byte{0xab};
  index.entries[0].key.bytes[31] = std::byte{0x01};
  index.entries[0].sequence = 0x4142434445464748;
  index.entries[0].offset = 4096;
  index.entries[0].payload_bytes = 5000;
  index.entries[0].name = 1;
  index.entries[0].priority = 3;
  index.entries[0].flags = 9;
  index.entries[0].expiry_ns = 0x5152535455565758;
  index.entries[1].sequence = 1;
  index.entries[1].offset = 16'384;
  index.entries[1].payload_bytes = 20'480;
  return index;
}

bool same(const segment_index& a, const segment_index& b) {
  return a.store == b.store && a.slot == b.slot && a.generation == b.generation && a.segment_bytes == b.segment_bytes &&
         a.covered_bytes == b.covered_bytes && a.records_max == b.records_max && a.sealed == b.sealed &&
         a.names == b.names && a.entries == b.entries;
}

std::uint64_t number(const std::vector<std::byte>& bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (auto i = at + count; i > at; --i)
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return value;
}

/// Writes a number into the header and corrects the checksum, as a forger could.
void forge(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value, std::size_t count) {
  for (auto i = at; i < at + count; ++i, value >>= 8)
    bytes[i] = static_cast<std::byte>(value);
  page_bytes page;
  std::copy_n(bytes.begin(), page.size(), page.begin());
  seal_page(page);
  std::copy(page.begin(), page.end(), bytes.begin());
}

constexpr std::size_t records_max_at = 49;
constexpr std::size_t names_at = 54;
constexpr std::size_t entries_at = 58;
constexpr std::size_t body_bytes_at = 62;

} // namespace

TEST_CASE("Every field of an index stands where the format says") {
  const auto bytes = encode(example());
  CHECK(std::memcmp(bytes.data(), "hearthI1\1", 9) == 0);
  CHECK(number(bytes, 9, 4) == 1);
  CHECK(number(bytes, 13, 8) == 0x1112131415161718); // store
  CHECK(number(bytes, 21, 4) == 0x21222324);         // slot
  CHECK(number(bytes, 25, 8) == 0x3132333435363738); // generation
  CHECK(number(bytes, 33, 8) == 65'536);
  CHECK(number(bytes, 41, 8) == 40'960);
  CHECK(number(bytes, records_max_at, 4) == 8);
  CHECK(number(bytes, 53, 1) == 0); // sealed
  CHECK(number(bytes, names_at, 4) == 2);
  CHECK(number(bytes, entries_at, 4) == 2);
  CHECK(number(bytes, body_bytes_at, 8) == bytes.size() - 4096);
  REQUIRE(bytes.size() == 4096 + 1 + 2 + 8 + 2 * 68);
  CHECK(std::memcmp(bytes.data() + 4096, "\1\1a\7model-b\xab", 12) == 0);
  constexpr std::size_t entry = 4096 + 1 + 2 + 8;
  CHECK(number(bytes, entry + 31, 1) == 0x01);
  CHECK(number(bytes, entry + 32, 8) == 0x4142434445464748); // sequence
  CHECK(number(bytes, entry + 40, 8) == 4096);               // offset
  CHECK(number(bytes, entry + 48, 8) == 5000);               // length
  CHECK(number(bytes, entry + 56, 2) == 1);                  // name
  CHECK(number(bytes, entry + 58, 1) == 3);
  CHECK(number(bytes, entry + 59, 1) == 9);
  CHECK(number(bytes, entry + 60, 8) == 0x5152535455565758); // expiry
}

TEST_CASE("An index comes back as it was written, empty, sealed or full") {
  auto index = example();
  CHECK(same(decode_segment_index(encode(index)).value(), index));
  index.sealed = true;
  CHECK(same(decode_segment_index(encode(index)).value(), index));
  index.names.clear();
  index.entries.clear();
  CHECK(same(decode_segment_index(encode(index)).value(), index));
}

TEST_CASE("No damaged byte of an index passes, and none that is missing or too many") {
  const auto good = encode(example());
  std::size_t passed = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const auto bit : {1u, 128u}) {
      auto bytes = good;
      bytes[at] ^= static_cast<std::byte>(bit);
      passed += decode_segment_index(bytes).code() == errc::corrupt ? 0 : 1;
    }
  for (std::size_t length = 0; length < good.size(); ++length)
    passed += decode_segment_index(std::span{good}.first(length)).code() == errc::corrupt ? 0 : 1;
  CHECK(passed == 0);
  auto longer = good;
  longer.push_back(std::byte{0});
  CHECK(decode_segment_index(longer).code() == errc::corrupt);
}

TEST_CASE("An index of a later version is unsupported, not damaged") {
  auto bytes = encode(example());
  forge(bytes, 9, 2, 4);
  CHECK(decode_segment_index(bytes).code() == errc::unsupported);
}

TEST_CASE("Absurd counts and lengths with a fitting checksum are refused before anything is allocated for them") {
  auto bytes = encode(example());
  SECTION("entries") {
    forge(bytes, records_max_at, 0xffffffff, 4);
    forge(bytes, entries_at, 0xfffffff0, 4);
  }
  SECTION("more entries than the segment has room for") { forge(bytes, records_max_at, 1, 4); }
  SECTION("names") { forge(bytes, names_at, 0xffffffff, 4); }
  SECTION("more names than there are letters") { forge(bytes, names_at, 900, 4); }
  SECTION("body") { forge(bytes, body_bytes_at, 1ull << 60, 8); }
  SECTION("covered beyond the segment") { forge(bytes, 41, 1ull << 40, 8); }
  SECTION("a length that is no whole number of pages") { forge(bytes, 33, 65'537, 8); }
  SECTION("neither sealed nor not") { forge(bytes, 53, 2, 1); }
  CHECK(decode_segment_index(bytes).code() == errc::corrupt);
}

TEST_CASE("Impossible entries are refused: overlapping, out of order, beyond the covered part, without a name") {
  auto index = example();
  const auto encoded = [&] { // `encode` asserts the invariant, so the bytes are changed afterwards
    auto bytes = encode(example());
    constexpr std::size_t first = 4096 + 1 + 2 + 8;
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t at = 0; at < 8; ++at) {
        bytes[first + i * 68 + 40 + at] = static_cast<std::byte>(index.entries[i].offset >> 8 * at);
        bytes[first + i * 68 + 48 + at] = static_cast<std::byte>(index.entries[i].payload_bytes >> 8 * at);
      }
      bytes[first + i * 68 + 56] = static_cast<std::byte>(index.entries[i].name);
    }
    forge(bytes, 70, checksum(std::span{bytes}.subspan(4096)), 8);
    return bytes;
  };
  SECTION("as it should be") {
    CHECK(decode_segment_index(encoded()).ok());
    return;
  }
  SECTION("overlapping") { index.entries[1].offset = 8192; }
  SECTION("out of order") { std::swap(index.entries[0].offset, index.entries[1].offset); }
  SECTION("not at a page") { index.entries[0].offset = 4097; }
  SECTION("beyond what is covered") { index.entries[1].offset = 36'864; }
  SECTION("absurdly far") { index.entries[1].offset = ~std::uint64_t{0} - 4095; }
  SECTION("absurdly long") { index.entries[1].payload_bytes = ~std::uint64_t{0}; }
  SECTION("of no name") { index.entries[1].name = 2; }
  CHECK(decode_segment_index(encoded()).code() == errc::corrupt);
}

TEST_CASE("Random bytes with a fitting header do no harm") {
  std::mt19937 random{20261201};
  for (int round = 0; round < 3'000; ++round) {
    auto bytes = encode(example());
    for (int i = 0; i < 8; ++i)
      bytes[4096 + random() % (bytes.size() - 4096)] = static_cast<std::byte>(random());
    forge(bytes, 8 + random() % 62, random(), 1);
    forge(bytes, 70, checksum(std::span{bytes}.subspan(4096)), 8);
    if (const auto got = decode_segment_index(bytes); got.ok())
      CHECK(same(decode_segment_index(encode(*got)).value(), *got));
  }
}

TEST_CASE("An index never takes more than what was set aside for its records") {
  const auto records = GENERATE(1u, 8u, 64u, 1'024u, 2'048u, 4'096u);
  segment_index index;
  index.segment_bytes = index.covered_bytes = std::uint64_t{records} * 8192;
  index.records_max = records;
  for (unsigned i = 0; i < records; ++i) {
    segment_index_entry entry;
    entry.sequence = i + 1;
    entry.offset = std::uint64_t{i} * 8192;
    entry.payload_bytes = 4096;
    entry.name = static_cast<std::uint16_t>(i % 1'024);
    index.entries.push_back(entry);
    if (i < 1'024)
      index.names.push_back(std::string(251, 'n') + std::to_string(1'000 + i % 9'000));
  }
  CHECK(encode(index).size() <= segment_index_bytes(records));
  CHECK(same(decode_segment_index(encode(index)).value(), index));
}

TEST_CASE("An index is replaced whole or not at all") {
  const auto files = make_memory_file_system();
  const auto before = example();
  REQUIRE(write_segment_index(*files, "/i", before));
  auto after = before;
  after.sealed = true;
  const auto operation =
      GENERATE(file_operation::open, file_operation::write, file_operation::sync, file_operation::rename);
  files->fail_next(operation, errc::no_space);
  CHECK(write_segment_index(*files, "/i", after).code() == errc::no_space);
  CHECK(same(read_segment_index(*files, "/i").value(), before));
  CHECK(names_in(*files, "/") == std::vector<std::string>{"i"});
  REQUIRE(write_segment_index(*files, "/i", after));
  CHECK(read_segment_index(*files, "/i").value().sealed);
  CHECK(read_segment_index(*files, "/none").code() == errc::not_found);
}
