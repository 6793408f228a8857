#pragma once

#include "storage/blocks/block.hpp"
#include "storage/blocks/cancellation.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hearth::storage {

/// A number of blocks and the payload bytes in them.
struct cold_amount {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const cold_amount&, const cold_amount&) = default;
  cold_amount& operator+=(const cold_amount& other) noexcept {
    blocks += other.blocks;
    bytes += other.bytes;
    return *this;
  }
};

/// The cold tier's own ledger, for one namespace or for all:
/// `recovered + persisted = present + reclaimed + erased + corrupt + vanished`, in blocks and payload bytes,
/// always. All but `present` only grow.
struct cold_ledger {
  cold_amount recovered;           ///< found at open
  cold_amount persisted;           ///< appended since
  cold_amount present;             ///< readable now
  cold_amount reclaimed;           ///< removed to make room
  cold_amount erased;              ///< removed because the host asked, or replaced
  cold_amount corrupt;             ///< taken out because a read found them damaged, gone or unreadable
  cold_amount vanished;            ///< were there when the directory was found to be gone
  cold_amount synced;              ///< of `persisted`, what has survived a sync since; never more
  std::uint64_t bytes_on_disk = 0; ///< what `present` takes on disk, headers included

  friend bool operator==(const cold_ledger&, const cold_ledger&) = default;
  cold_ledger& operator+=(const cold_ledger& other) noexcept;
};

/// What a cold tier has done since it was opened, in all namespaces. All of it only grows.
struct cold_activity {
  std::uint64_t payload_bytes = 0;    ///< of blocks that were persisted
  std::uint64_t written_bytes = 0;    ///< handed to the disk: records, copies, indexes. Over the one before: write
                                      ///< amplification
  std::uint64_t reappended_bytes = 0; ///< of these, copies of blocks that reclaim kept
  std::uint64_t syncs = 0;            ///< that ended well, each of all there was to sync when it began
  std::uint64_t sync_failures = 0;

  cold_activity& operator+=(const cold_activity& other) noexcept;
};

/// What the index knows of a present block.
struct cold_entry {
  namespace_id name_space = 0;
  std::uint64_t payload_bytes = 0;
};

/// What a store answers about a block that may be written.
struct cold_lookup {
  std::optional<cold_entry> entry; ///< of the block, if it is readable now
  bool fits = true;                ///< false: no reclaiming could ever make room for it, `append` answers too_large
  std::uint64_t record_bytes = 0;  ///< that it takes on disk; an engine has files of its own besides
};

/// A block that a store has given up.
struct abandoned_block {
  block_key key;
  cold_entry entry;
  std::uint64_t sequence = 0; ///< of its record: no other record of its key has the same
};

/// A block to write, and whom to tell. `done` is called exactly once, when the block is readable or the write has
/// failed. `begin` (may be empty) is asked once, under the store's lock, at the moment from which `erase` reaches this
/// append: answering false gives it up, and `done` answers closed. So an append is either cancelled or erased, never
/// missed.
struct append_item {
  block item;
  std::function<void(result<void>)> done;
  std::function<bool()> begin = {};
};

/// A block to read, and whom to tell. `done` is called exactly once; the block has its parent as it was appended.
struct read_item {
  block_key key;
  namespace_id name_space = 0;
  std::function<void(result<block>)> done;
  std::shared_ptr<const cancellation> cancelled =
      {}; ///< true before the read begins: none is made, and `done` hears timeout
};

/// What `done` of a read hears that was cancelled before it began.
[[nodiscard]] inline failure given_up_unread() { return {errc::timeout, "given up before it was read"}; }

/// The cold tier: blocks on disk under a byte budget, and the index that says which are there.
/// One contract suite holds for every implementation. I/O happens on an I/O engine; no call here waits for the disk.
/// `done` callbacks run on a thread of the I/O engine, or inside the call when the answer is known at once; they must
/// not block. Invariants: bytes on disk never exceed `bytes_max()`, in-flight and removed-but-not-yet-freed bytes
/// included; a block is never handed out unless its full key, namespace, lengths and checksums were verified in this
/// read. Threads: any.
class block_store {
public:
  virtual ~block_store() = default;

  /// Writes blocks, making room by reclaiming the least recently used: below `bytes_max()`, and once for each block
  /// that finds the disk full. What is of namespaces that nobody has named since the store was opened goes before all
  /// else (`namespace_table`). A key that is there is replaced.
  /// Errors: too_large, no_space, io, closed. After a failure a block that was there under that key still is.
  virtual void append(std::vector<append_item> batch) = 0;

  /// Reads and verifies blocks; a read counts as use. Errors: not_found; corrupt (damaged, gone, or unreadable for the
  /// disk: the block has been taken out, and can be appended anew); io (its file could not be opened), no_memory,
  /// closed: the block stays.
  virtual void read(std::vector<read_item> batch) = 0;

  /// Whether `key` is readable now, without I/O.
  [[nodiscard]] virtual std::optional<cold_entry> find(const block_key& key) const = 0;

  /// The same, and what a block of this key with so many payload bytes would take: one answer under one lock.
  [[nodiscard]] virtual cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const = 0;

  /// `key` was used in another tier: it becomes the most recently used, also across a restart. Absent keys are ignored.
  virtual void touch(const block_key& key) = 0;

  /// From now on `listener` hears the keys of blocks that were reclaimed, soon after it happened. Same rules as for
  /// `done`. An empty function ends that; a call under way may still end afterwards.
  virtual void on_reclaimed(std::function<void(std::vector<block_key>)> listener) = 0;

  /// Takes `key` out at once, and any append of it that is in flight as soon as it ends. Returns whether it was
  /// readable. Durable after the next `sync`.
  virtual bool erase(const block_key& key) = 0;

  /// Erases every block of a namespace (none: of all), as `erase`. Returns how many were readable.
  virtual std::size_t clear(std::optional<namespace_id> name_space) = 0;

  /// Erases every block for whose record `stays` answers false, as `erase`. Pre: nobody else uses the store yet;
  /// `stays` is called under its lock.
  virtual void erase_unless(const std::function<bool(const block_key& key, std::uint64_t sequence)>& stays) = 0;

  /// The directory is gone: forgets every block at once, which count as `vanished`, and returns them, least recently
  /// used first. Nothing is changed on disk from now on but by what is in flight; what is asked for is answered closed,
  /// and no append becomes readable any more: one that is being written may still be found by who opens the directory.
  virtual std::vector<abandoned_block> abandon() = 0;

  /// `done` is called when everything that was persisted or erased before this call survives a power cut. Errors: io,
  /// closed.
  virtual void sync(std::function<void(result<void>)> done) = 0;

  /// Starts to make durable what is not yet, and returns: for a timer. What it does is seen in `ledger().synced`.
  virtual void sync_soon() = 0;

  /// Changes `bytes_max()`, at once. Room beyond a lower limit is given back as soon as the disk does it, oldest use
  /// first; until then nothing is added. Errors: invalid_argument (too little for the store's own files and one
  /// segment; the context says what was found and what is expected).
  [[nodiscard]] virtual result<void> limit(std::uint64_t bytes_max) = 0;

  [[nodiscard]] virtual cold_activity activity() const = 0;

  /// The ledger of one namespace, or of all.
  [[nodiscard]] virtual cold_ledger ledger(std::optional<namespace_id> name_space) const = 0;

  /// Bytes this store holds on disk or has set aside, headers and in-flight blocks included; at most `bytes_max()`.
  [[nodiscard]] virtual std::uint64_t bytes_in_use() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_max() const = 0;

  /// All readable keys, least recently used first.
  [[nodiscard]] virtual std::vector<block_key> keys() const = 0;
};

} // namespace hearth::storage
