#pragma once

#include "storage/cold/deferred_work.hpp"
#include "storage/files/block_file.hpp"
#include "storage/files/cold_index.hpp"
#include "storage/files/files_recovery.hpp"
#include "storage/files/files_store.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hearth::storage {

/// The files store itself, shared by the store that the host holds and by every job in flight: a store that is
/// destroyed while the disk hangs leaves behind what its jobs need, and the directory's lock, until the last of them
/// has ended.
///
/// One mutex guards the state. What follows from a change (jobs to submit, callers to answer) is gathered while it is
/// held and done after it has been released (`update`), so it is held across neither I/O nor callbacks.
///
/// Room. `used_` is what is on disk or set aside: present blocks, files whose removal has been decided but not
/// happened, and appends at work. An append starts only if `used_` with its own bytes stays within `bytes_max`; until
/// then it waits, first come, first served, while victims are removed. A file that cannot be removed stays in `used_`
/// (`stuck_`) and is tried again for each append that needs room, and for each sync. Giving blocks up makes no room
/// where removing fails: none is reclaimed for an append once a quarter of the budget is stuck, nor while the directory
/// is elsewhere. A disk that is full all the same has the append tried once more, with blocks reclaimed for it.
/// Invariant: `used_ <= bytes_max`, but for the time that a limit lowered while running takes to be reached, and for
/// what of it cannot be removed.
///
/// Removals. A file is unlinked when nobody reads it any more. Each decided removal has a ticket until it has happened;
/// a sync waits for the tickets that were given before it, and fails if such a file is stuck: it would be found again.
class files_core : public std::enable_shared_from_this<files_core> {
public:
  /// `config.io` stays with whoever holds the store.
  files_core(files_store_config config, std::unique_ptr<directory_lock> lock, std::shared_ptr<held_directory> place,
             std::unique_ptr<sync_point> disk, std::uint64_t next_sequence);

  /// Takes over what recovery found, removes what is of no use and reclaims down to the budget. The only I/O that does
  /// not run on the engine: before the first call of the store. Errors: io (files could not be removed, and the budget
  /// is exceeded).
  [[nodiscard]] result<void> adopt(scanned_blocks& scanned);

  void append(std::vector<append_item> batch);
  void read(std::vector<read_item> batch);
  [[nodiscard]] std::optional<cold_entry> find(const block_key& key) const;
  void touch(const block_key& key);
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener);
  bool erase(const block_key& key);
  std::size_t clear(std::optional<namespace_id> name_space);
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays);
  std::vector<abandoned_block> abandon();
  void sync(std::function<void(result<void>)> done);
  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const;
  [[nodiscard]] std::uint64_t bytes_in_use() const;
  void sync_soon();
  [[nodiscard]] result<void> limit(std::uint64_t bytes_max);
  [[nodiscard]] cold_activity activity() const;
  [[nodiscard]] std::uint64_t bytes_max() const;
  [[nodiscard]] bool never_fits(std::uint64_t payload_bytes) const;
  [[nodiscard]] static std::uint64_t record_bytes(std::uint64_t payload_bytes) noexcept {
    return budget_bytes(block_file_length(payload_bytes));
  }
  [[nodiscard]] std::vector<block_key> keys() const;

  /// The store is gone: answers what waits with `closed`. Jobs in flight, and removals that were decided, still end.
  void close();

private:
  enum class readiness : std::uint8_t { go, wait, hopeless };
  struct append_job;
  struct read_job;

  /// A file to unlink, and the bytes that this frees.
  struct removal {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t ticket = 0;
    bool removed = false;
  };

  /// Files that one job unlinks.
  struct removal_job {
    std::vector<removal> files;
    result<void> in_place; ///< written by the job: whether the directory was where it was opened
  };

  /// A sync that waits for the removals that were decided before it.
  struct waiting_sync {
    std::function<void(result<void>)> done;
    std::uint64_t tickets_end = 0;
  };

  using deferred = deferred_work;

  /// Changes the state, goes on with whatever that made possible, and then, without the mutex, does what follows.
  template <class Change>
  void update(Change change) {
    deferred later;
    {
      std::lock_guard guard{mutex_};
      change(later);
      advance(later);
    }
    carry_out(std::move(later), io_);
  }
  void advance(deferred& later);

  // files_appends.cpp
  [[nodiscard]] result<void> admit(const append_job& job) const;
  void start_appends(deferred& later);
  [[nodiscard]] bool make_room(append_job& next);
  [[nodiscard]] bool removals_make_room() const;
  [[nodiscard]] failure no_room() const;
  [[nodiscard]] std::vector<std::shared_ptr<cold_record>> victims_for(const append_job& next,
                                                                      std::uint64_t disk_bytes) const;
  [[nodiscard]] readiness room_on_disk(append_job& next);
  [[nodiscard]] bool try_again(const std::shared_ptr<append_job>& job);
  void start_append(const std::shared_ptr<append_job>& job, deferred& later);
  void write(append_job& job) const;
  void append_ended(const std::shared_ptr<append_job>& job, bool ran, deferred& later);
  void append_persisted(const append_job& job);
  void mark_erased(const std::function<bool(const block&)>& matches);

  // files_reads.cpp
  void start_read(read_item item, std::int64_t now_ns, deferred& later);
  void verify(read_job& job) const;
  void read_ended(read_job& job, bool ran, deferred& later);
  void use(cold_record& record, std::int64_t now_ns);
  void stamp(const std::shared_ptr<cold_record>& record);
  void start_stamps(deferred& later);

  // files_removals.cpp
  void take_out(const std::shared_ptr<cold_record>& record, cold_amount cold_ledger::*reason);
  void schedule_removal(removal file);
  void schedule_removal(const cold_record& record);
  void retry_stuck();
  void start_removals(deferred& later);
  void unlink(removal_job& job) const;
  void removals_ended(removal_job& job);
  [[nodiscard]] std::uint64_t staying() const noexcept { return used_ - leaving_ - held_; }
  void shrink(std::span<const namespace_id> first);
  void start_syncs(deferred& later);
  void start_sync(std::vector<std::function<void(result<void>)>> waiting, deferred& later);

  const files_store_config config_; ///< without `io` and `on_opening`
  const std::string blocks_;        ///< the directory of the blocks, ending in '/'
  const std::unique_ptr<directory_lock> lock_;
  const std::shared_ptr<held_directory> place_; ///< of the blocks: nothing is made or removed once it is another
  const std::unique_ptr<sync_point> disk_; ///< open before the first write, so that no failure to write back is missed
  const std::weak_ptr<io_engine> io_;      ///< weak: its jobs own the core, and neither could ever be destroyed

  mutable std::mutex mutex_; ///< guards everything below
  std::uint64_t bytes_max_;
  cold_index index_;
  std::uint64_t used_;
  std::uint64_t next_sequence_;
  std::int64_t last_stamp_ns_ = 0;
  bool closed_ = false;                              ///< the store is gone
  bool stopped_ = false;                             ///< the engine takes no more work
  std::deque<std::shared_ptr<append_job>> waiting_;  ///< appends without room, oldest first
  std::vector<std::shared_ptr<append_job>> writing_; ///< appends at work
  std::size_t reading_ = 0;                          ///< reads at work
  std::deque<removal> doomed_;                       ///< to be unlinked
  bool removing_ = false;                            ///< some are being unlinked
  std::uint64_t leaving_ = 0;                        ///< bytes of both
  std::uint64_t held_ = 0;                           ///< bytes whose removal was decided and waits for readers
  std::vector<removal> stuck_;                       ///< could not be unlinked
  result<void> in_place_;                            ///< whether the last removals found the directory in its place
  std::uint64_t next_ticket_ = 1;
  std::set<std::uint64_t> tickets_; ///< removals that were decided and have not happened
  std::vector<waiting_sync> syncs_;
  bool syncing_ = false;                         ///< one is at work
  bool removed_since_sync_ = false;              ///< names that the last one may have missed
  std::map<namespace_id, cold_amount> unsynced_; ///< persisted since the last sync began
  cold_activity activity_;
  std::vector<std::shared_ptr<cold_record>> touched_; ///< their last use has yet to be stored
  bool stamping_ = false;                             ///< some are being stored
  std::vector<block_key> reclaimed_;                  ///< the listener has yet to hear of them
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::storage
