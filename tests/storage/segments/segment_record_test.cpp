#include "storage/segments/segment_record.hpp"
#include "tests/support/catch.hpp"

#include <cstring>
#include <limits>
#include <random>

using namespace hearth::storage;

namespace {

segment_record example() {
  segment_record record;
  record.place = {0x1112131415161718, 0x21222324, 0x3132333435363738, 0x4142434445464000};
  record.sequence = 0x5152535455565758;
  record.block.key.bytes[0] = std::byte{0xab};
  record.block.key.bytes[31] = std::byte{0x01};
  record.block.name_space = "model-a";
  record.block.parent = block_key{};
  record.block.parent->bytes[5] = std::byte{0x77};
  record.block.payload_bytes = 0x0102030405060708;
  record.block.payload_checksum = 0x6162636465666768;
  record.signature[0] = std::byte{0xcd};
  record.signature[31] = std::byte{0xef};
  record.expiry_ns = 0x7172737475767778;
  record.priority = 3;
  record.flags = 9;
  return record;
}

std::uint64_t number(const page_bytes& page, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (auto i = at + bytes; i > at; --i)
    value = value << 8 | std::to_integer<std::uint64_t>(page[i - 1]);
  return value;
}

/// Changes a byte and corrects the checksum, as a forger could.
void forge(page_bytes& page, std::size_t at, unsigned value) {
  page[at] = static_cast<std::byte>(value);
  seal_page(page);
}

} // namespace

TEST_CASE("Every field of a record stands where the format says") {
  const auto page = encode(example());
  CHECK(std::memcmp(page.data(), "hearthR1\1", 9) == 0);
  CHECK(number(page, 9, 4) == 1);
  CHECK(number(page, 13, 8) == 0x1112131415161718); // store
  CHECK(number(page, 21, 4) == 0x21222324);         // slot
  CHECK(number(page, 25, 8) == 0x3132333435363738); // generation
  CHECK(number(page, 33, 8) == 0x4142434445464000); // offset
  CHECK(number(page, 41, 8) == 0x5152535455565758); // sequence
  CHECK(number(page, 49, 1) == 0xab);
  CHECK(number(page, 80, 1) == 0x01);
  CHECK(number(page, 81, 1) == 1); // has a parent
  CHECK(number(page, 87, 1) == 0x77);
  CHECK(number(page, 114, 8) == 0x0102030405060708); // length
  CHECK(number(page, 122, 8) == 0x6162636465666768); // checksum
  CHECK(number(page, 130, 1) == 7);
  CHECK(std::memcmp(page.data() + 131, "model-a\0", 8) == 0);
  CHECK(number(page, 386, 1) == 0xcd);
  CHECK(number(page, 417, 1) == 0xef);
  CHECK(number(page, 418, 8) == 0x7172737475767778); // expiry
  CHECK(number(page, 426, 1) == 3);
  CHECK(number(page, 427, 1) == 9);
  for (std::size_t at = 428; at < page_checksum_at; ++at)
    REQUIRE(page[at] == std::byte{0});
}

TEST_CASE("A record comes back as it was written, with and without a parent, with the longest name") {
  auto record = example();
  CHECK(decode_segment_record(encode(record)).value() == record);
  record.block.parent.reset();
  record.block.name_space = std::string(255, 'n');
  CHECK(decode_segment_record(encode(record)).value() == record);
  CHECK(starts_segment_record(encode(record)));
}

TEST_CASE("No single flipped bit of a record passes") {
  const auto good = encode(example());
  std::size_t passed = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto page = good;
    page[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    passed += decode_segment_record(page).code() == errc::corrupt ? 0 : 1;
  }
  CHECK(passed == 0);
}

TEST_CASE("A record cut short or of another kind is none") {
  const auto good = encode(example());
  for (const std::size_t length : {0, 1, 8, 9, 428, 4095})
    CHECK(decode_segment_record(std::span{good}.first(length)).code() == errc::corrupt);
  CHECK_FALSE(starts_segment_record(std::span{good}.first(7)));
  auto other = good;
  forge(other, 6, 'B');
  CHECK(decode_segment_record(other).code() == errc::corrupt);
  CHECK_FALSE(starts_segment_record(other));
}

TEST_CASE("A record with a fitting checksum is still not believed") {
  auto page = encode(example());
  SECTION("a later version is unsupported, not damaged") {
    forge(page, 9, 2);
    CHECK(decode_segment_record(page).code() == errc::unsupported);
  }
  SECTION("another byte order") { forge(page, 8, 0); }
  SECTION("an empty name") { forge(page, 130, 0); }
  SECTION("a name longer than what was written") { forge(page, 130, 6); }
  SECTION("a flag that is neither yes nor no") { forge(page, 81, 2); }
  SECTION("a parent where there is none") { forge(page, 81, 0); }
  SECTION("something in the padding") { forge(page, 4000, 1); }
  CHECK_FALSE(decode_segment_record(page));
}

TEST_CASE("A record is a page and whole pages of payload, and no length overflows") {
  CHECK(segment_record_bytes(0) == 4096);
  CHECK(segment_record_bytes(1) == 8192);
  CHECK(segment_record_bytes(4096) == 8192);
  CHECK(segment_record_bytes(4097) == 12'288);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t less = 0; less < 20'000; less += 99) {
    CHECK(segment_record_bytes(most - less) % 4096 == 0);
    CHECK(segment_record_bytes(most - less) >= most - 4 * 4096 - less);
  }
}

TEST_CASE("A record with a number that no store gives is none") {
  auto record = example();
  SECTION("no sequence") { record.sequence = 0; }
  SECTION("a sequence without a next one") { record.sequence = ~std::uint64_t{0}; }
  SECTION("a generation without a next one") { record.place.generation = ~std::uint64_t{0}; }
  CHECK(decode_segment_record(encode(record)).code() == errc::corrupt);
}
