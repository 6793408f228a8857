#include "storage/cold_index.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using hearth::testing::key;

namespace {

std::shared_ptr<cold_record> record(unsigned number, std::int64_t last_use_ns, namespace_id name_space = 0) {
  auto fresh = std::make_shared<cold_record>();
  fresh->key = key(number);
  fresh->name_space = name_space;
  fresh->payload_bytes = 10 * number;
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
  CHECK(index.victim([](const cold_record&) { return true; })->key == key(3));
  CHECK(index.victim([](const cold_record& one) { return one.key != key(3); })->key == key(1));
  CHECK(index.victim([](const cold_record&) { return false; }) == nullptr);
}

TEST_CASE("The cold index gives up blocks of the namespaces told before all others, oldest use first") {
  cold_index index;
  index.add(record(1, 1), &cold_ledger::recovered);
  index.add(record(2, 2, 5), &cold_ledger::recovered);
  index.add(record(3, 3, 4), &cold_ledger::recovered);
  index.add(record(4, 4, 5), &cold_ledger::recovered);
  const auto any = [](const cold_record&) { return true; };
  const std::vector<namespace_id> first{4, 5};
  CHECK(index.victim(any)->key == key(1));
  CHECK(index.victim(any, first)->key == key(2));
  CHECK(index.victim([](const cold_record& one) { return one.key != key(2); }, first)->key == key(3));
  for (const unsigned gone : {2, 3, 4})
    index.take_out(*index.find(key(gone)), &cold_ledger::reclaimed);
  CHECK(index.victim(any, first)->key == key(1));
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
