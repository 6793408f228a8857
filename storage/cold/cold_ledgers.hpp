#pragma once

#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace hearth::storage {

/// The ledger of a cold tier, kept for each namespace; every change keeps it balanced.
/// Invariant: `recovered + persisted = present + reclaimed + erased + corrupt + vanished` for each namespace.
/// Threads: one at a time.
class cold_ledgers {
public:
  /// A block comes in by `origin`: `&cold_ledger::recovered` or `&cold_ledger::persisted`.
  void enter(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
             cold_amount cold_ledger::*origin);

  /// A present block leaves for `reason`, one of the ledger's ways out.
  void leave(namespace_id name_space, std::uint64_t payload_bytes, std::uint64_t disk_bytes,
             cold_amount cold_ledger::*reason);

  /// A block that was persisted and is erased already: nobody could read it.
  void pass_through(namespace_id name_space, std::uint64_t payload_bytes);

  /// Blocks that were persisted have survived a sync.
  void sync(namespace_id name_space, const cold_amount& amount);

  /// Of one namespace, or the sum of all.
  [[nodiscard]] cold_ledger of(std::optional<namespace_id> name_space) const;

private:
  std::map<namespace_id, cold_ledger> ledgers_;
};

} // namespace hearth::storage
