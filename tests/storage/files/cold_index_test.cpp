#include "storage/files/cold_index.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using hearth::testing::key;

namespace {

constexpr std::uint64_t disk_bytes = 8192;

std::shared_ptr<cold_record> record(unsigned number, std::int64_t last_use_ns, namespace_id name_space = 0) {
  auto fresh = std::make_shared<cold_record>();
  fresh->key = key(number);
  fresh->name_space = name_space;
  fresh->payload_bytes = 10 * number;
  fresh->disk_bytes = disk_bytes;
  fresh->sequence = number;
  fresh->last_use_ns = last_use_ns;
  return fresh;
}

std::vector<block_key> keys(const std::vector<std::shared_ptr<cold_record>>& records) {
  std::vector<block_key> keys;
  for (const auto& one : records)
    keys.push_back(one->key);
  return keys;
}

} // namespace

TEST_CASE("The cold index orders by last use, and by sequence where that is the same") {
  cold_index index;
  index.add(record(3, 5), &cold_ledger::recovered);
  index.add(record(1, 7, 1), &cold_ledger::recovered);
  index.add(record(2, 5), &cold_ledger::persisted);
  CHECK(keys(index.records()) == std::vector<block_key>{key(2), key(3), key(1)});
  CHECK(keys(index.records(namespace_id{1})) == std::vector<block_key>{key(1)});
  index.touch(*index.find(key(2)), 8);
  CHECK(keys(index.records()) == std::vector<block_key>{key(3), key(1), key(2)});
  CHECK(keys(index.victims(1, [](const cold_record&) { return true; })) == std::vector{key(3)});
  CHECK(keys(index.victims(1, [](const cold_record& one) { return one.key != key(3); })) == std::vector{key(1)});
  CHECK(index.victims(1, [](const cold_record&) { return false; }).empty());
}

TEST_CASE("The cold index gives up blocks of the namespaces told before all others, oldest use first") {
  cold_index index;
  index.add(record(1, 1), &cold_ledger::recovered);
  index.add(record(2, 2, 5), &cold_ledger::recovered);
  index.add(record(3, 3, 4), &cold_ledger::recovered);
  index.add(record(4, 4, 5), &cold_ledger::recovered);
  const auto any = [](const cold_record&) { return true; };
  const std::vector<namespace_id> first{4, 5};
  CHECK(keys(index.victims(1, any)) == std::vector{key(1)});
  CHECK(keys(index.victims(1, any, first)) == std::vector{key(2)});
  CHECK(keys(index.victims(
            1, [](const cold_record& one) { return one.key != key(2); }, first)) == std::vector{key(3)});
  CHECK(keys(index.victims(9 * disk_bytes, any, first)) == std::vector{key(2), key(3), key(4), key(1)});
  for (const unsigned gone : {2, 3, 4})
    index.take_out(*index.find(key(gone)), &cold_ledger::reclaimed);
  CHECK(keys(index.victims(1, any, first)) == std::vector{key(1)});
}

TEST_CASE("The cold index names as many victims as give back the bytes asked for, or all that may leave") {
  cold_index index;
  for (unsigned number = 1; number <= 5; ++number)
    index.add(record(number, number, number % 2), &cold_ledger::recovered);
  const auto not_two = [](const cold_record& one) { return one.key != key(2); };
  CHECK(index.victims(0, not_two).empty());
  CHECK(keys(index.victims(disk_bytes, not_two)) == std::vector{key(1)});
  CHECK(keys(index.victims(disk_bytes + 1, not_two)) == std::vector{key(1), key(3)});
  CHECK(keys(index.victims(9 * disk_bytes, not_two)) == std::vector{key(1), key(3), key(4), key(5)});
}

TEST_CASE("Every way in and out of the cold index is in its ledger, for each namespace and for all") {
  cold_index index;
  index.add(record(1, 1), &cold_ledger::recovered);
  index.add(record(2, 2, 1), &cold_ledger::persisted);
  index.add(record(3, 3, 1), &cold_ledger::persisted);
  index.pass_through(*record(4, 4, 1));
  index.take_out(*index.find(key(1)), &cold_ledger::corrupt);
  index.take_out(*index.find(key(2)), &cold_ledger::reclaimed);
  CHECK(index.find(key(1)) == nullptr);
  CHECK(index.find(key(4)) == nullptr);

  const auto first = index.ledger(namespace_id{0});
  CHECK(first.recovered == cold_amount{1, 10});
  CHECK(first.corrupt == cold_amount{1, 10});
  CHECK(first.present == cold_amount{});
  const auto all = index.ledger(std::nullopt);
  CHECK(all.persisted == cold_amount{3, 90});
  CHECK(all.present == cold_amount{1, 30});
  CHECK(all.reclaimed == cold_amount{1, 20});
  CHECK(all.erased == cold_amount{1, 40});
  CHECK(index.ledger(namespace_id{7}).present == cold_amount{});
}
