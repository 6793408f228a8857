#include "storage/hot/hot_index.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

block numbered(unsigned number, namespace_id name_space = 0) {
  return {key(number), name_space, std::nullopt, payload(number, 64)};
}

/// Keys with a common prefix, as a host's own keys may have: only the last bytes differ.
block_key counted(std::uint64_t number) {
  block_key made;
  std::memcpy(made.bytes.data() + 24, &number, sizeof(number));
  return made;
}

buffer one_byte(unsigned char value) {
  const auto byte = std::byte{value};
  auto made = buffer::copy_of({&byte, 1});
  REQUIRE(made);
  return *made;
}

} // namespace

TEST_CASE("A hot block is found under its key and namespace until it is erased") {
  hot_index index;
  CHECK(index.copy(0, key(1)).empty());
  index.insert(numbered(1, 3));
  CHECK(index.size() == 1);
  CHECK(same(index.copy(3, key(1)), payload(1, 64)));
  CHECK(index.copy(0, key(1)).empty());
  CHECK(index.copy(3, key(2)).empty());
  REQUIRE(index.find(key(1)) != no_slot);
  CHECK(index.at(index.find(key(1))).item.name_space == 3);

  const auto taken = index.erase(index.find(key(1)));
  CHECK(same(taken.item.payload, payload(1, 64)));
  CHECK(index.copy(3, key(1)).empty());
  CHECK(index.find(key(1)) == no_slot);
  CHECK(index.size() == 0);
}

TEST_CASE("A hot block stays where it is while others come and go") {
  hot_index index;
  const auto slot = index.insert(numbered(0));
  const auto* const first = &index.at(slot);
  for (unsigned i = 1; i < 3000; ++i)
    index.insert(numbered(i));
  for (unsigned i = 1; i < 3000; i += 2)
    index.erase(index.find(key(i)));
  CHECK(index.find(key(0)) == slot);
  CHECK(&index.at(slot) == first);
  CHECK(same(first->item.payload, payload(0, 64)));
}

TEST_CASE("The index agrees with a map through thousands of inserts and erases of keys that begin alike") {
  hot_index index;
  std::map<block_key, unsigned char> expected;
  std::mt19937 random{7};
  for (unsigned step = 0; step < 40'000; ++step) {
    const auto chosen = counted(random() % 3000);
    if (expected.erase(chosen) > 0) {
      index.erase(index.find(chosen));
    } else {
      expected[chosen] = static_cast<unsigned char>(step);
      index.insert({chosen, 0, std::nullopt, one_byte(static_cast<unsigned char>(step))});
    }
  }
  REQUIRE(index.size() == expected.size());
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const auto wanted = expected.find(counted(number));
    const auto found = index.copy(0, counted(number));
    REQUIRE(found.empty() == (wanted == expected.end()));
    if (!found.empty())
      REQUIRE(found.bytes()[0] == std::byte{wanted->second});
  }
}

TEST_CASE("Clearing the index lets go of every payload, and it can be filled again") {
  hot_index index;
  for (unsigned i = 0; i < 100; ++i)
    index.insert(numbered(i));
  index.clear();
  CHECK(index.size() == 0);
  CHECK(index.copy(0, key(5)).empty());
  index.insert(numbered(5));
  CHECK(same(index.copy(0, key(5)), payload(5, 64)));
}

TEST_CASE("A hidden index shows nothing to other threads and everything to its owner") {
  hot_index index;
  index.insert(numbered(1));
  index.hide();
  CHECK(index.copy(0, key(1)).empty());
  CHECK(index.find(key(1)) != no_slot);
}

TEST_CASE("Threads that look while the owner inserts and erases get the right bytes or none") {
  hot_index index;
  constexpr unsigned keys = 500;
  std::vector<buffer> payloads;
  for (unsigned i = 0; i < keys; ++i)
    payloads.push_back(payload(i, 64));
  std::atomic<bool> over{false};
  std::atomic<std::size_t> wrong{0};
  std::atomic<std::size_t> found{0};
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      std::mt19937 random{reader};
      while (!over) {
        const auto number = random() % keys;
        const auto copy = index.copy(0, key(number));
        if (copy.empty())
          continue;
        ++found;
        wrong += same(copy, payloads[number]) ? 0 : 1;
      }
    });
  std::mt19937 random{99};
  for (unsigned step = 0; step < 60'000 || found < 1000; ++step) {
    const auto number = random() % keys;
    if (const auto slot = index.find(key(number)); slot != no_slot)
      index.erase(slot);
    else
      index.insert({key(number), 0, std::nullopt, payloads[number]});
  }
  over = true;
  for (auto& reader : readers)
    reader.join();
  CHECK(wrong == 0);
}
