#pragma once

#include "storage/blocks/block.hpp"
#include "storage/blocks/cancellation.hpp"
#include "storage/cold/cold_figures.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hearth::storage {

/// Index entry of a present block.
struct cold_entry {
  namespace_id name_space = 0;
  std::uint64_t payload_bytes = 0;
};

/// Answer of a store to the question whether a block should be written.
struct cold_lookup {
  std::optional<cold_entry> entry; ///< of the block, if it is readable now
  bool fits = true;                ///< false: reclaim can never make room for it, and `append` answers too_large
  std::uint64_t record_bytes = 0;  ///< disk space of its record; the engine has other files besides
};

/// A block that `block_store::abandon` gave up.
struct abandoned_block {
  block_key key;
  cold_entry entry;
  std::uint64_t sequence = 0; ///< of its record: unique among the records of its key
};

/// Append request: a block to write, and its callbacks. `done` is called exactly once, when the block is readable or
/// the write has failed. `begin` (may be empty) is called once, under the store's lock, just before the append is
/// queued; from then on `erase` reaches this append. If `begin` returns false, the append is cancelled, and `done` gets
/// the error closed. So an append is either cancelled or reached by `erase`, never missed.
struct append_item {
  block item;
  std::function<void(result<void>)> done;
  std::function<bool()> begin = {};
};

/// Read request: a block to read, and its callback. `done` is called exactly once; the block has the parent it was
/// appended with.
struct read_item {
  block_key key;
  namespace_id name_space = 0;
  std::function<void(result<block>)> done;
  std::shared_ptr<const cancellation> cancelled =
      {}; ///< if set before the read begins, the read is skipped and `done` gets the error timeout
};

/// The result that `done` gets for a read that was cancelled before it began.
[[nodiscard]] inline failure given_up_unread() { return {errc::timeout, "given up before it was read"}; }

/// The cold tier: blocks on disk under a byte budget, and the index of the present blocks. One contract suite tests
/// every implementation. I/O runs on an I/O engine; no call here waits for the disk. `done` callbacks run on a thread
/// of the I/O engine, or inside the call if the answer is known at once; they must not block. Invariants: bytes on disk
/// never exceed `bytes_max()`, including bytes in flight and removed bytes that are not freed yet; a block is only
/// returned after this read has verified its full key, namespace, lengths and checksums. Threads: any.
class block_store : public cold_figures {
public:
  /// Writes blocks. Makes room by reclaiming older blocks: to stay below `bytes_max()`, and once for each block that
  /// finds the disk full. Blocks of unclaimed namespaces (`namespace_table`) are reclaimed first. A key that is present
  /// is replaced. Errors: too_large, no_space, io, closed. After a failure, a block that was present under that key
  /// still is.
  virtual void append(std::vector<append_item> batch) = 0;

  /// Reads and verifies blocks; a read counts as use. Errors: not_found; corrupt (damaged, missing, or unreadable on
  /// the disk: the block has been taken out and can be appended again); io (its file could not be opened), no_memory,
  /// closed: the block stays.
  virtual void read(std::vector<read_item> batch) = 0;

  /// Whether `key` is readable now, without I/O.
  [[nodiscard]] virtual std::optional<cold_entry> find(const block_key& key) const = 0;

  /// `find`, plus the disk space that a block of this key with `payload_bytes` would take: one answer under one lock.
  [[nodiscard]] virtual cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const = 0;

  /// Records that `key` was used in another tier: it becomes the most recently used, also across a restart. Absent keys
  /// are ignored.
  virtual void touch(const block_key& key) = 0;

  /// Sets the listener for the keys of reclaimed blocks; it is called soon after the reclaim. Same rules as for `done`.
  /// An empty function removes the listener; a call in progress may still end afterwards.
  virtual void on_reclaimed(std::function<void(std::vector<block_key>)> listener) = 0;

  /// Erases `key` at once, and any append of it that is in flight as soon as that ends. Returns whether the block was
  /// readable. Durable after the next `sync`.
  virtual bool erase(const block_key& key) = 0;

  /// Erases every block of a namespace (nullopt: of all), as `erase`. Returns how many were readable.
  virtual std::size_t clear(std::optional<namespace_id> name_space) = 0;

  /// Erases every block for whose record `stays` returns false, as `erase`. Pre: no other thread uses the store yet;
  /// `stays` is called under its lock.
  virtual void erase_unless(const std::function<bool(const block_key& key, std::uint64_t sequence)>& stays) = 0;

  /// Abandons the store because its directory is gone. Forgets every block at once; the blocks count as `vanished` and
  /// are returned, least recently used first. From now on only work in flight changes the disk. Later requests get the
  /// error closed, and no append becomes readable; an append that is being written may still be found when the
  /// directory is opened again.
  virtual std::vector<abandoned_block> abandon() = 0;

  /// Calls `done` when every block that was persisted or erased before this call survives a power cut. Errors: io,
  /// closed.
  virtual void sync(std::function<void(result<void>)> done) = 0;

  /// Starts a sync of everything that is not durable yet, and returns; for a timer. Its effect is visible in
  /// `ledger().synced`.
  virtual void sync_soon() = 0;

  /// Changes `bytes_max()` at once. If the limit falls, segments beyond it are reclaimed and removed as fast as the
  /// disk allows; until then nothing is added. Errors: invalid_argument (too little for the store's own files and one
  /// segment; the context says what was found and what is expected).
  [[nodiscard]] virtual result<void> limit(std::uint64_t bytes_max) = 0;

  /// All readable keys, least recently used first.
  [[nodiscard]] virtual std::vector<block_key> keys() const = 0;
};

} // namespace hearth::storage
