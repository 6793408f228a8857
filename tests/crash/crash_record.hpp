#pragma once

#include "tests/crash/crash_events.hpp"
#include "tests/support/block_history.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hearth::crash {

/// What is allowed in a directory during the life of one process.
struct record_rules {
  bool roomy = true;    ///< nothing is reclaimed: promised blocks are present
  bool lossless = true; ///< also, nothing is dropped: a block that was put is present until it is erased
  bool faulty = false;  ///< operations may fail if they report it
  bool cut_chains = false;
  std::uint64_t cold_bytes_max = 0;
  std::uint64_t blocks_on_their_way = 0; ///< blocks that reclaim may evict after the last figures
};

struct record_totals {
  std::uint64_t blocks_checked = 0; ///< blocks read after a crash
  std::uint64_t synced_checked = 0; ///< of these, covered by a sync point
  std::uint64_t reads_alive = 0;    ///< blocks read by the writing processes
  std::uint64_t sync_points = 0;
  std::uint64_t came_back = 0; ///< found although their erase was acknowledged, without a sync point after it
  std::uint64_t torn_puts = 0; ///< found although their put was not acknowledged
  /// Found by one check, not touched since, missing at the next check: not covered by a sync point.
  std::uint64_t slipped = 0;
  std::uint64_t reclaimed = 0; ///< promised blocks that were reclaimed
  std::uint64_t wrong = 0;
  std::uint64_t lost = 0;
  std::uint64_t failed_operations = 0;
  std::uint64_t failed_writes = 0; ///< blocks, as the ledger counts them
  std::uint64_t faults = 0;        ///< injected, as far as processes lived to report it
};

/// Record of one directory over all lives of the processes that use it: what was attempted, acknowledged and promised.
/// Checks every reply against that. Input: events, in the order of their pipe.
///
/// A `block_history` over all lives tells what a get may find. A sync point is a flush or close that was acknowledged
/// as synced. Promised: a block that was present when the sync point began and was not touched since survives a kill.
/// The record also checks the other rules for replies and figures of a cache. Threads: one owner.
class crash_record {
public:
  explicit crash_record(size_mix mix) : mix_(mix), past_(keys_total), keys_(keys_total) {}

  /// A new process is about to open the directory.
  void begin_life(const record_rules& rules, bool checks);

  void note(const event& item);

  /// The process is gone. `in_peace`: it ended by itself, after its close.
  void end_life(bool in_peace);

  /// Violations in words; empty if there were none. Every call above may add some.
  [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return violations_; }

  [[nodiscard]] const record_totals& totals() const noexcept { return totals_; }
  /// Larger than all versions before.
  [[nodiscard]] std::uint64_t next_version() const noexcept { return next_version_; }
  [[nodiscard]] std::uint64_t bytes_in_use() const noexcept { return bytes_in_use_; } ///< as the last figures say

  /// Adds a violation that was found elsewhere.
  void accuse(const std::string& what) { violations_.push_back(what); }

private:
  using moment = testing::block_history::moment;

  /// Reason why a key must be present.
  struct presence {
    bool promised = false;
    bool seen = false; ///< in this life
    std::string why{}; ///< in words
  };

  struct key_record {
    std::set<std::uint64_t> acknowledged; ///< versions with an acknowledged put; other versions were only attempted
    bool erased = false;                  ///< an erase was acknowledged, and nothing put since
    presence before_erase{};              ///< state when the pending erase began
    bool checked = false;                 ///< found by a check, and no call on it has begun since
  };

  struct sync_under_way {
    moment before = 0; ///< every call that had ended at `begun` had ended before this, too
    moment begun = 0;
    key_bits present = 0; ///< for a close: keys in a tier when it began
  };

  void put_begin(const event& item);
  void put_end(const event& item);
  void erase_begin(std::uint32_t key, moment begun);
  void erase_end(std::uint32_t key, const event& item);
  void got(const event& item);
  void found(std::uint32_t key, std::uint64_t version);
  [[nodiscard]] presence presence_of(std::uint32_t key);
  void absent(std::uint32_t key, const presence& was, const std::string& how);
  void begin_sync(std::uint32_t lane, key_bits present);
  void end_sync(std::uint32_t lane, key_bits present);
  void absent_after(std::uint32_t key, const sync_under_way& sync, bool promises);
  void wrong(std::uint32_t key, const std::string& what);
  void judge(const snapshot_figures& figures, std::uint64_t vanished);
  void judge_check();
  void failed(const event& item, const std::string& what);

  size_mix mix_;
  testing::block_history past_;
  std::vector<key_record> keys_;
  record_rules rules_;
  bool checks_ = false;                                        ///< this life is that of a checker
  std::array<moment, lanes> calls_{};                          ///< by lane: begin of its put, erase or clear
  std::array<std::optional<sync_under_way>, lanes + 1> syncs_; ///< by lane; the last is the close
  std::uint64_t vanished_ = 0; ///< blocks that were put or found in this life and are missing since
  std::array<std::uint64_t, lanes> vanished_before_{}; ///< by lane: `vanished_` when its request for figures began
  std::uint64_t missing_ = 0; ///< promised blocks that this check did not find, in a directory that is not roomy
  std::optional<std::uint64_t> allowed_missing_ = 0; ///< blocks reclaimed since the last check; nothing: unknown
  std::optional<snapshot_figures> last_figures_;
  std::uint64_t errors_at_open_ = 0; ///< errors counted at opening: a write cut off by a kill counts as damage
  std::uint64_t found_in_check_ = 0;
  std::uint64_t next_version_ = 1;
  std::uint64_t bytes_in_use_ = 0;
  std::vector<std::string> violations_;
  record_totals totals_;
};

} // namespace hearth::crash
