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

/// What a directory, and the life of one process in it, allow.
struct record_rules {
  bool roomy = true;    ///< nothing is reclaimed: what was promised is there
  bool lossless = true; ///< and nothing is dropped: what was put is there until it is erased
  bool faulty = false;  ///< operations may fail, if they say so
  bool cut_chains = false;
  std::uint64_t cold_bytes_max = 0;
  std::uint64_t blocks_on_their_way = 0; ///< what reclaim may take out beyond the last figures
};

struct record_totals {
  std::uint64_t blocks_checked = 0; ///< asked for after a crash
  std::uint64_t synced_checked = 0; ///< of these, covered by a sync point
  std::uint64_t reads_alive = 0;    ///< blocks read by the writing processes
  std::uint64_t sync_points = 0;
  std::uint64_t came_back = 0; ///< found, though an erase without a sync point after it had been acknowledged
  std::uint64_t torn_puts = 0; ///< found, though their put had not been acknowledged
  std::uint64_t slipped = 0; ///< found by one check, untouched since, and away at the next: no sync point covered them
  std::uint64_t reclaimed = 0; ///< promised blocks that made room for others
  std::uint64_t wrong = 0;
  std::uint64_t lost = 0;
  std::uint64_t failed_operations = 0;
  std::uint64_t failed_writes = 0; ///< of blocks, by the ledger
  std::uint64_t faults = 0;        ///< injected, in the processes that lived to tell
};

/// What has been attempted, acknowledged and promised in one directory, over all lives of the processes that used it;
/// holds every answer against that. Fed with events in the order of their pipe.
///
/// What a get may find, a `block_history` of all lives knows. A sync point is a flush or close that was acknowledged as
/// synced: what was there when it began, and nothing has touched since, is promised: it survives a kill. Beside that,
/// the record knows what else the answers and figures of a cache must satisfy. Threads: one owner.
class crash_record {
public:
  explicit crash_record(size_mix mix) : mix_(mix), past_(keys_total), keys_(keys_total) {}

  /// A new process is about to open the directory.
  void begin_life(const record_rules& rules, bool checks);

  void note(const event& item);

  /// The process is gone. `in_peace`: it had ended by itself, after its close.
  void end_life(bool in_peace);

  /// What must not have happened, in words; empty: nothing. Filled by every call above.
  [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return violations_; }

  [[nodiscard]] const record_totals& totals() const noexcept { return totals_; }
  [[nodiscard]] std::uint64_t next_version() const noexcept { return next_version_; } ///< larger than all before
  [[nodiscard]] std::uint64_t bytes_in_use() const noexcept { return bytes_in_use_; } ///< by the last figures

  /// A violation that was found by other means.
  void accuse(const std::string& what) { violations_.push_back(what); }

private:
  using moment = testing::block_history::moment;

  /// Why it would be wrong that a key is not there.
  struct presence {
    bool promised = false;
    bool seen = false; ///< in this life
    std::string why{}; ///< in words
  };

  struct key_record {
    std::set<std::uint64_t> acknowledged; ///< versions whose put was; the rest was only attempted
    bool erased = false;                  ///< acknowledged, and nothing has been put since
    presence before_erase{};              ///< when the erase that is under way began
    bool checked = false;                 ///< found by a check, and nothing has been begun since
  };

  struct sync_under_way {
    moment before = 0; ///< what had ended at `begun` had ended before this, too
    moment begun = 0;
    key_bits present = 0; ///< of a close: in a tier when it began
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
  bool checks_ = false;                                        ///< this life is a checker's
  std::array<moment, lanes> calls_{};                          ///< by lane: when its put, erase or clear began
  std::array<std::optional<sync_under_way>, lanes + 1> syncs_; ///< by lane; the last is the close
  std::uint64_t vanished_ = 0;                                 ///< in this life, of what was put in it or found alive
  std::array<std::uint64_t, lanes> vanished_before_{};         ///< by lane: when it asked for figures
  std::uint64_t missing_ = 0;                        ///< promised and not found by this check, in a small directory
  std::optional<std::uint64_t> allowed_missing_ = 0; ///< reclaimed since the last check; none: nobody knows
  std::optional<snapshot_figures> last_figures_;
  std::uint64_t errors_at_open_ = 0; ///< what a kill has cut short counts as damage
  std::uint64_t found_in_check_ = 0;
  std::uint64_t next_version_ = 1;
  std::uint64_t bytes_in_use_ = 0;
  std::vector<std::string> violations_;
  record_totals totals_;
};

} // namespace hearth::crash
