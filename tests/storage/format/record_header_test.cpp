#include "storage/format/record_header.hpp"
#include "storage/format/checksum.hpp"
#include "tests/support/catch.hpp"

#include <random>

using namespace hearth::storage;

namespace {

record_header example() {
  record_header header;
  header.key.bytes[0] = std::byte{0xab};
  header.key.bytes[31] = std::byte{0x01};
  header.name_space = "model-a";
  header.parent = block_key{};
  header.parent->bytes[5] = std::byte{0x77};
  header.payload_bytes = 0x0102030405060708;
  header.payload_checksum = 0x1112131415161718;
  return header;
}

/// Changes bytes and makes the checksum fit again, as somebody who knows the format could.
void forge(header_bytes& bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::byte>(value);
  auto sum = checksum(std::span<const std::byte>{bytes}.first(4088));
  for (std::size_t i = 4088; i < 4096; ++i, sum >>= 8)
    bytes[i] = static_cast<std::byte>(sum);
}

unsigned at(const header_bytes& bytes, std::size_t offset) { return std::to_integer<unsigned>(bytes[offset]); }

} // namespace

TEST_CASE("The checksum is XXH3-64 as its authors publish it") { CHECK(checksum({}) == 0x2d06800538d394c2); }

TEST_CASE("A header comes back as it was written, with and without a parent, with the longest name") {
  auto header = example();
  CHECK(decode(encode(header)).value() == header);
  header.parent.reset();
  header.name_space = std::string(255, 'n');
  CHECK(decode(encode(header)).value() == header);
}

TEST_CASE("Every field stands where the format says") {
  const auto bytes = encode(example());
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), 8) == "hearthB1");
  CHECK(at(bytes, 8) == 1);     // little-endian
  CHECK(at(bytes, 9) == 1);     // version
  CHECK(at(bytes, 13) == 0xab); // key
  CHECK(at(bytes, 44) == 0x01);
  CHECK(at(bytes, 45) == 1); // has a parent
  CHECK(at(bytes, 51) == 0x77);
  CHECK(at(bytes, 78) == 0x08); // payload length
  CHECK(at(bytes, 85) == 0x01);
  CHECK(at(bytes, 86) == 0x18); // payload checksum
  CHECK(at(bytes, 93) == 0x11);
  CHECK(at(bytes, 94) == 7); // length of the name
  CHECK(at(bytes, 95) == 'm');
  CHECK(at(bytes, 102) == 0);
}

TEST_CASE("No single flipped bit passes") {
  const auto good = encode(example());
  std::size_t passed = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    passed += decode(bytes).code() == errc::corrupt ? 0 : 1;
  }
  CHECK(passed == 0);
}

TEST_CASE("A wrong length, wrong magic and wrong checksum are told apart") {
  auto bytes = encode(example());
  CHECK(decode(std::span{bytes}.first(4095)).error().context.find("4095") != std::string::npos);
  CHECK(decode({}).code() == errc::corrupt);
  bytes[100] ^= std::byte{1};
  CHECK(decode(bytes).error().context.find("checksum") != std::string::npos);
  bytes[0] = std::byte{0};
  CHECK(decode(bytes).error().context.find("hearthB1") != std::string::npos);
}

TEST_CASE("Bytes with a fitting checksum are still not believed") {
  auto bytes = encode(example());
  SECTION("a later version is unsupported, not damaged") {
    forge(bytes, 9, 2);
    CHECK(decode(bytes).code() == errc::unsupported);
  }
  SECTION("another byte order") { forge(bytes, 8, 0); }
  SECTION("an empty name") { forge(bytes, 94, 0); }
  SECTION("a name longer than what was written") { forge(bytes, 94, 6); }
  SECTION("a flag that is neither yes nor no") { forge(bytes, 45, 2); }
  SECTION("a parent where there is none") { forge(bytes, 45, 0); }
  SECTION("something in the padding") { forge(bytes, 4000, 1); }
  CHECK_FALSE(decode(bytes));
}

TEST_CASE("Any bytes are refused without harm") {
  std::mt19937 random{20261105};
  for (int round = 0; round < 500; ++round) {
    header_bytes bytes = encode(example());
    for (int i = 0; i < 64; ++i)
      forge(bytes, 8 + random() % 400, random());
    if (const auto got = decode(bytes); got.ok())
      CHECK(encode(*got) == bytes);
  }
}
