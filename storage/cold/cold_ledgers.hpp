#pragma once

#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace hearth::storage {

/// The ledgers of a cold tier, one per namespace. Every change keeps each of them balanced. Invariant:
///   recovered + persisted = present + reclaimed + erased + corrupt + vanished.
/// Threads: one at a time.
class cold_ledgers {
public:
  /// Adds a block. `origin`: `&cold_ledger::recovered` or `&cold_ledger::persisted`.
  void enter(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
             cold_amount cold_ledger::*origin);

  /// Removes a present block. `reason`: `reclaimed`, `erased`, `corrupt` or `vanished` of the ledger.
  void leave(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
             cold_amount cold_ledger::*reason);

  /// Counts a block as persisted and erased: it was never readable.
  void pass_through(namespace_id name_space, std::uint64_t payload_bytes);

  /// Counts persisted blocks as synced.
  void sync(namespace_id name_space, const cold_amount& amount);

  /// The ledger of one namespace, or the sum of all.
  [[nodiscard]] cold_ledger of(std::optional<namespace_id> name_space) const;

private:
  std::map<namespace_id, cold_ledger> ledgers_;
};

} // namespace hearth::storage
