#pragma once

#include "messages/write_ticket.hpp"
#include "storage/blocks/block.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace hearth::actors {

/// Block that was offered to the writer and whose write has not been reported as ended.
struct pending_write {
  std::uint64_t sequence = 0;
  storage::block item;
  std::shared_ptr<messages::write_ticket> ticket;
  bool hidden = false; ///< erased after its write had started
};

/// Pending writes: the blocks between hot_cache and the disk, readable until their write has ended. Invariant: every
/// readable key belongs to exactly one pending write. Threads: one owner.
class pending_writes {
public:
  /// Adds `item` with a new sequence number, larger than all earlier ones. Pre: its key is not readable here.
  const pending_write& add(storage::block item);

  /// The readable pending write of `key`, or nullptr. Valid until the next change.
  [[nodiscard]] const pending_write* find(const storage::block_key& key) const;

  /// Hides a block that was erased after its write had started: not readable any more, still pending.
  void hide(const storage::block_key& key);

  /// Removes a write, readable or hidden, and returns it. Not set if it is not pending.
  std::optional<pending_write> take(std::uint64_t sequence);

  /// Removes and returns all writes, oldest first.
  std::vector<pending_write> take_all();

  /// Keys of the readable writes, oldest first.
  [[nodiscard]] std::vector<storage::block_key> readable_keys() const;

  [[nodiscard]] bool empty() const noexcept { return by_sequence_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return by_sequence_.size(); }

  /// Whether a write with this or a smaller sequence number is pending.
  [[nodiscard]] bool any_until(std::uint64_t sequence) const noexcept;
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }

private:
  std::uint64_t last_sequence_ = 0;
  std::map<std::uint64_t, pending_write> by_sequence_;
  std::unordered_map<storage::block_key, std::uint64_t, storage::block_key_hash> by_key_;
};

} // namespace hearth::actors
