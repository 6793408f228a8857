#include "storage/segments/recency.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/text_files.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t store = 0x1122334455667788;

std::vector<std::uint64_t> decoded(std::span<const std::byte> bytes, std::uint64_t of = store) {
  const auto files = make_memory_file_system();
  put_file(*files, "/recency", std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return read_recency(*files, "/recency", of);
}

unsigned at(const std::vector<std::byte>& bytes, std::size_t offset) {
  return std::to_integer<unsigned>(bytes[offset]);
}

} // namespace

TEST_CASE("A snapshot of recency comes back as it was written") {
  const std::vector<std::uint64_t> sequences{7, 1, 0xfedcba9876543210, 3};
  CHECK(decoded(encode_recency(store, sequences)) == sequences);
  CHECK(decoded(encode_recency(store, {})).empty());
}

TEST_CASE("Every field of a snapshot of recency stands where the format says") {
  const auto bytes = encode_recency(store, {0x0102030405060708, 9});
  REQUIRE(bytes.size() == 4096 + 16);
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), 8) == "hearthU1");
  CHECK(at(bytes, 8) == 1);     // little-endian
  CHECK(at(bytes, 9) == 1);     // version
  CHECK(at(bytes, 13) == 0x88); // store
  CHECK(at(bytes, 20) == 0x11);
  CHECK(at(bytes, 21) == 2); // entries
  CHECK(at(bytes, 4096) == 8);
  CHECK(at(bytes, 4103) == 1);
  CHECK(at(bytes, 4104) == 9);
}

TEST_CASE("A snapshot that is missing, damaged, cut short or another store's is none") {
  const auto files = make_memory_file_system();
  CHECK(read_recency(*files, "/none", store).empty());
  const auto good = encode_recency(store, {1, 2, 3});
  CHECK(decoded(good, store + 1).empty());
  std::size_t passed = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bytes = good;
    bytes[i] ^= std::byte{4};
    passed += decoded(bytes).empty() ? 0 : 1;
    if (i % 97 == 0)
      passed += decoded(std::span{good}.first(i)).empty() ? 0 : 1;
  }
  CHECK(passed == 0);
  auto longer = good;
  longer.resize(longer.size() + 8);
  CHECK(decoded(longer).empty());
}

TEST_CASE("A snapshot takes as many pages as its entries ask for") {
  CHECK(recency_bytes(0) == 4096);
  CHECK(recency_bytes(1) == 8192);
  CHECK(recency_bytes(512) == 8192);
  CHECK(recency_bytes(513) == 12'288);
  CHECK(encode_recency(store, std::vector<std::uint64_t>(512)).size() == recency_bytes(512));
}
