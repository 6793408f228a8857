#pragma once

#include "storage/cold/deferred_work.hpp"
#include "storage/segments/segment_files.hpp"
#include "storage/segments/segments_state.hpp"
#include "storage/segments/segments_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace hearth::storage {

/// Core of a segments store, shared by the host's handle and by every job in flight. Makes the state safe for many
/// threads, and turns its decisions into jobs of the I/O engine.
///
/// One mutex guards the state. The work that follows from a change is collected under the mutex and done after the
/// mutex is released (`update`): the mutex is not held during I/O, callbacks, header encoding or buffer allocation.
/// Exceptions: `append_item::begin`, the `stays` of `erase_unless`, and `adopt`. Threads: any. Functions without a
/// comment do what `block_store` says.
class segments_core : public std::enable_shared_from_this<segments_core> {
public:
  /// `config.io` stays with the owner of the store. `place`: the directory of the segments, kept open.
  segments_core(segments_store_config config, std::unique_ptr<directory_lock> lock,
                std::shared_ptr<held_directory> place, std::uint64_t store);

  /// Takes over what recovery (`scan_segments`) found and reclaims down to the budget. Call it before any other
  /// function; its I/O runs on the calling thread. Errors: io (also: files could not be removed, and the budget is
  /// exceeded).
  [[nodiscard]] result<void> adopt(segments_found& found);

  void append(std::vector<append_item> batch);
  void read(std::vector<read_item> batch);
  [[nodiscard]] std::optional<cold_entry> find(const block_key& key) const;
  [[nodiscard]] cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const;
  void touch(const block_key& key);
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener);
  bool erase(const block_key& key);
  std::size_t clear(std::optional<namespace_id> name_space);
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays);
  std::vector<abandoned_block> abandon();
  void sync(std::function<void(result<void>)> done);
  void sync_soon();
  [[nodiscard]] result<void> limit(std::uint64_t bytes_max);
  [[nodiscard]] cold_activity activity() const;
  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const;
  [[nodiscard]] std::uint64_t bytes_in_use() const;
  [[nodiscard]] std::uint64_t bytes_max() const;
  [[nodiscard]] std::vector<block_key> keys() const;

  /// Closes the store: pending work gets `closed`. Jobs in flight still end.
  void close();

private:
  [[nodiscard]] std::optional<cold_entry> entry_of(const block_key& key) const;
  /// Applies `change` to the state and lets it advance; then, without the mutex, does the work that follows.
  template <class Change>
  void update(Change change);
  [[nodiscard]] std::vector<io_job> jobs_of(const segments_work& work);
  [[nodiscard]] io_job job_of(const std::shared_ptr<record_read>& read);
  [[nodiscard]] io_job job_of(const std::shared_ptr<record_write>& write);
  [[nodiscard]] io_job job_of(const std::shared_ptr<segment_job>& job);
  [[nodiscard]] io_job job_of(const std::shared_ptr<checkpoint_job>& job);
  [[nodiscard]] std::vector<std::byte> recency_snapshot();
  [[nodiscard]] result<void> shrink_at_open(segments_found& found);

  const segments_store_config config_; ///< without `io` and `on_opening`
  const std::uint64_t store_;          ///< number of the store
  const std::unique_ptr<directory_lock> lock_;
  const segment_files files_;
  const std::weak_ptr<io_engine> io_; ///< weak: its jobs own the core, so otherwise neither could be destroyed

  mutable std::mutex mutex_; ///< guards everything below
  segments_state state_;
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::storage
