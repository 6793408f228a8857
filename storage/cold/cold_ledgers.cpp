#include "storage/cold/cold_ledgers.hpp"

#include <cassert>

namespace hearth::storage {

namespace {

constexpr cold_amount cold_ledger::*ways_in[] = {&cold_ledger::recovered, &cold_ledger::persisted};
constexpr cold_amount cold_ledger::*places[] = {&cold_ledger::present, &cold_ledger::reclaimed, &cold_ledger::erased,
                                                &cold_ledger::corrupt, &cold_ledger::vanished};

[[maybe_unused]] bool balanced(const cold_ledger& ledger) {
  cold_amount in;
  cold_amount out;
  for (const auto way : ways_in)
    in += ledger.*way;
  for (const auto place : places)
    out += ledger.*place;
  return in == out;
}

} // namespace

void cold_ledgers::enter(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
                         cold_amount cold_ledger::*origin) {
  const cold_amount amount{1, payload_bytes};
  auto& ledger = ledgers_[name_space];
  ledger.*origin += amount;
  ledger.present += amount;
  ledger.bytes_on_disk += disk_bytes;
  assert(balanced(ledger));
}

void cold_ledgers::leave(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
                         cold_amount cold_ledger::*reason) {
  auto& ledger = ledgers_[name_space];
  assert(ledger.present.blocks > 0);
  ledger.present.blocks -= 1;
  ledger.present.bytes -= payload_bytes;
  ledger.bytes_on_disk -= disk_bytes;
  ledger.*reason += cold_amount{1, payload_bytes};
  assert(balanced(ledger));
}

void cold_ledgers::pass_through(namespace_id name_space, std::uint64_t payload_bytes) {
  auto& ledger = ledgers_[name_space];
  ledger.persisted += cold_amount{1, payload_bytes};
  ledger.erased += cold_amount{1, payload_bytes};
  assert(balanced(ledger));
}

void cold_ledgers::sync(namespace_id name_space, const cold_amount& amount) {
  auto& ledger = ledgers_[name_space];
  ledger.synced += amount;
  assert(ledger.synced.blocks <= ledger.persisted.blocks);
}

cold_ledger cold_ledgers::of(std::optional<namespace_id> name_space) const {
  cold_ledger sum;
  for (const auto& [id, ledger] : ledgers_)
    if (!name_space || id == *name_space)
      sum += ledger;
  return sum;
}

cold_ledger& cold_ledger::operator+=(const cold_ledger& other) noexcept {
  for (const auto way : ways_in)
    this->*way += other.*way;
  for (const auto place : places)
    this->*place += other.*place;
  synced += other.synced;
  bytes_on_disk += other.bytes_on_disk;
  return *this;
}

cold_activity& cold_activity::operator+=(const cold_activity& other) noexcept {
  payload_bytes += other.payload_bytes;
  written_bytes += other.written_bytes;
  reappended_bytes += other.reappended_bytes;
  syncs += other.syncs;
  sync_failures += other.sync_failures;
  return *this;
}

} // namespace hearth::storage
