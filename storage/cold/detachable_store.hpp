#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/opened_store.hpp"
#include "storage/cold/tombstones.hpp"
#include "storage/io/io_engine.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hearth::storage {

/// Settings of a cold tier that can be opened again.
struct detachable_store_config {
  std::string directory;
  std::shared_ptr<file_system> files;
  std::shared_ptr<io_engine> io;
  std::shared_ptr<namespace_table> namespaces;
  /// Opens the store in `directory` with this budget in bytes, on the calling thread.
  std::function<result<opened_store>(std::uint64_t bytes_max)> open;
  /// Max. keys erased or put while detached; beyond that, everything is cleared at reattach.
  std::size_t tombstones_max = 1 << 20;
};

/// A cold tier that survives the loss of its directory. While *attached*, every call goes to the store in the
/// directory. When the owner has found that the directory is gone, it calls `abandon`: the store is released and no
/// block is present (*detached*). While detached, reads find nothing, appends fail, and erases leave tombstones.
/// `reattach` opens the path again. Then only records are readable that were readable at `abandon` and have no
/// tombstone since. Counters continue: ledger and activity sum all stores since the start. Invariants: those of
/// `block_store`; a block that was reported as gone does not come back. Threads: any, but one owner for `erase`,
/// `clear`, `abandon` and `reattach`.
class detachable_store final : public block_store, public std::enable_shared_from_this<detachable_store> {
public:
  /// Opens the directory. Errors: those of `config.open`; io.
  [[nodiscard]] static result<std::shared_ptr<detachable_store>> open(detachable_store_config config,
                                                                      std::uint64_t bytes_max);

  [[nodiscard]] bool attached() const;

  /// The recovery report of the last opening.
  [[nodiscard]] recovery_report report() const;

  /// Checks on the I/O engine whether the path still leads to the directory that was opened. Errors given to `done`:
  /// not_found (it is gone: call `abandon`), io, closed.
  void look(std::function<void(result<void>)> done);

  /// Opens the directory again, on the I/O engine. Accepts the same store, a copy of it, or, on the same file system, a
  /// directory without a store. Pre: detached, and no other reattach is in progress. Errors given to `done`: not_found,
  /// unsupported (another store, or an empty directory on another file system), those of opening; busy while work of
  /// the abandoned store is still in progress; closed (the engine stopped, or this store was destroyed).
  void reattach(std::function<void(result<recovery_report>)> done);

  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) override;
  std::vector<abandoned_block> abandon() override;
  void append(std::vector<append_item> batch) override;
  void read(std::vector<read_item> batch) override;
  [[nodiscard]] std::optional<cold_entry> find(const block_key& key) const override;
  [[nodiscard]] cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const override;
  void touch(const block_key& key) override;
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener) override;
  bool erase(const block_key& key) override;
  std::size_t clear(std::optional<namespace_id> name_space) override;
  void sync(std::function<void(result<void>)> done) override;
  void sync_soon() override;
  [[nodiscard]] result<void> limit(std::uint64_t bytes_max) override;
  [[nodiscard]] cold_activity activity() const override;
  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const override;
  [[nodiscard]] std::uint64_t bytes_in_use() const override;
  [[nodiscard]] std::uint64_t bytes_max() const override;
  [[nodiscard]] std::vector<block_key> keys() const override;

private:
  explicit detachable_store(detachable_store_config config);

  [[nodiscard]] std::shared_ptr<block_store> inner() const;
  [[nodiscard]] failure gone() const;
  void put_aside(const block_store& store);
  void let_go();
  [[nodiscard]] result<void> adopt(opened_store opened);
  [[nodiscard]] result<void> may_return() const;
  [[nodiscard]] result<recovery_report> open_again();
  void publish(const std::shared_ptr<block_store>& fresh);
  template <class What>
  [[nodiscard]] std::shared_ptr<block_store> store_or_tombstone(const What& what);

  const detachable_store_config config_;

  /// Guards everything below. Not held across calls of a store that call back, except that opening tells the listener
  /// which blocks it reclaimed.
  mutable std::mutex mutex_;
  std::shared_ptr<block_store> inner_;                  ///< null: detached
  std::vector<std::shared_ptr<block_store>> abandoned_; ///< still to be destroyed
  std::shared_ptr<held_directory> place_;               ///< of the last store, kept while detached
  recovery_report report_;
  std::uint64_t store_number_ = 0;                   ///< of the last store; 0: unknown
  std::uint64_t bytes_max_ = 0;                      ///< of the last store
  std::map<namespace_id, cold_ledger> past_ledgers_; ///< of the previous stores
  cold_activity past_activity_;
  tombstones tombstones_;                 ///< added while detached; empty while attached
  readable_at_detach readable_at_detach_; ///< set while detached: records of the last store
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::storage
