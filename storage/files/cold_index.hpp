#pragma once

#include "storage/cold/cold_ledgers.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hearth::storage {

/// What memory knows of a record on disk. It outlives its place in the index for as long as somebody reads the file.
struct cold_record {
  block_key key;
  namespace_id name_space = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t disk_bytes = 0; ///< what its file takes of the budget
  std::uint64_t sequence = 0;   ///< the larger, the later it was appended; names its file
  std::int64_t last_use_ns = 0; ///< changed by the index only
  std::uint32_t readers = 0;    ///< reads at work; its file stays until there is none
  std::uint64_t removal = 0;    ///< ticket of the removal that has been decided; 0: none
  bool stamp_waits = false;     ///< its last use has yet to be stored
};

/// The readable blocks of a cold tier, their order of use, and the ledger that follows every change.
/// Invariants: `recovered + persisted = present + reclaimed + erased + expired + corrupt + vanished` for each
/// namespace; the order holds exactly the blocks that are present. Threads: one at a time.
class cold_index {
public:
  /// Nullptr if `key` is not present.
  [[nodiscard]] std::shared_ptr<cold_record> find(const block_key& key) const;

  /// Adds a record under `origin`, which is `&cold_ledger::recovered` or `&cold_ledger::persisted`. Pre: key not
  /// present.
  void add(std::shared_ptr<cold_record> record, cold_amount cold_ledger::*origin);

  /// Takes a record out for `reason`, one of the ledger's ways out. Pre: present.
  void take_out(const cold_record& record, cold_amount cold_ledger::*reason);

  /// Counts a block that was persisted and is erased already: nobody could read it.
  void pass_through(const cold_record& record) { ledgers_.pass_through(record.name_space, record.payload_bytes); }

  /// Blocks that were persisted have survived a sync.
  void sync(namespace_id name_space, const cold_amount& amount) { ledgers_.sync(name_space, amount); }

  /// Makes the record the last used. Pre: present; `time_ns` is later than that of every other record.
  void touch(cold_record& record, std::int64_t time_ns);

  /// The least recently used records for which `may_leave` answers true, as many as take `disk_bytes` in all, or all of
  /// them if that is less; those of the namespaces `first`, which ascend, before all others. Looks at these, one more
  /// of each namespace, and those that may not leave.
  [[nodiscard]] std::vector<std::shared_ptr<cold_record>>
  victims(std::uint64_t disk_bytes, const std::function<bool(const cold_record&)>& may_leave,
          std::span<const namespace_id> first = {}) const;

  /// All records, or those of a namespace, least recently used first.
  [[nodiscard]] std::vector<std::shared_ptr<cold_record>> records(std::optional<namespace_id> name_space = {}) const;

  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const { return ledgers_.of(name_space); }

private:
  using place = std::pair<std::int64_t, std::uint64_t>; ///< time of last use, then sequence
  using order = std::map<place, std::shared_ptr<cold_record>>;

  static place place_of(const cold_record& record) { return {record.last_use_ns, record.sequence}; }

  std::unordered_map<block_key, std::shared_ptr<cold_record>, block_key_hash> records_;
  std::map<namespace_id, order> orders_; ///< of use, for each namespace
  cold_ledgers ledgers_;
};

} // namespace hearth::storage
