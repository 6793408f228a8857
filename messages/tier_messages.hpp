#pragma once

#include "messages/gate.hpp"
#include "messages/write_ticket.hpp"
#include "storage/blocks/block.hpp"
#include "storage/blocks/cancellation.hpp"
#include "storage/cold/opened_store.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Messages between the actors of one cache, and from the I/O engine to them.
namespace hearth::messages {

/// A block on its way to disk.
struct offered_block {
  std::uint64_t sequence = 0; ///< grows with every offer in one cache
  storage::block item;
  std::shared_ptr<write_ticket> ticket;
};

/// hot_cache -> writer, bounded by blocks. Write the blocks to the cold tier in this order; skip a block if its ticket
/// is cancelled first. Reply: each block that was not cancelled ends in some write_reply, and holds its part of `slot`
/// until that reply is handled.
struct write_request {
  std::vector<offered_block> blocks;
  permit slot{}; ///< one slot per block, and the bytes of their payloads
};

/// Result of the write of one block.
struct write_end {
  std::uint64_t sequence = 0;
  storage::result<void> outcome;
};

/// writer -> hot_cache, always passes. Writes that have ended since the last write_reply, of any request.
struct write_reply {
  std::vector<write_end> ends;
  permit slot{}; ///< room of these blocks
};

/// I/O engine -> writer, always passes; one for all appends that end before it is handled. Appends have ended; the
/// writer's list of ended writes says which. Also writer -> writer, if more blocks wait than one turn hands over.
struct appends_completed {};

/// hot_cache -> reader, bounded by blocks. Read and verify `keys`.
/// Reply: read_reply with the same `batch`, when all reads have ended.
struct read_request {
  std::uint64_t batch = 0;
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  std::uint64_t bytes = 0;                                  ///< payload bytes of all keys
  permit slot{};                                            ///< one slot per block, and `bytes`
  std::shared_ptr<const storage::cancellation> cancelled{}; ///< true: no request waits for these blocks
};

/// I/O engine -> hot_cache, for the reader, always passes. The last read of a batch has ended. `blocks[i]` belongs to
/// `keys[i]` of the request.
struct read_reply {
  std::uint64_t batch = 0;
  std::vector<storage::result<storage::block>> blocks;
  permit slot{}; ///< of the read_request: the buffers count until hot_cache takes them
};

/// block store -> hot_cache, always passes. A sync has ended.
struct sync_completed {
  std::uint64_t flush = 0; ///< number of the flush that requested the sync
  storage::result<void> outcome;
};

/// block store -> hot_cache, always passes; at most one per append. These blocks were reclaimed.
struct blocks_reclaimed {
  std::vector<storage::block_key> keys;
};

/// I/O engine -> hot_cache, always passes. The check of the cold tier's directory has ended.
struct directory_seen {
  storage::result<void> outcome; ///< not_found: the directory is gone
};

/// I/O engine -> hot_cache, always passes. An attempt to reopen the cold tier's directory has ended.
struct directory_opened {
  storage::result<storage::recovery_report> outcome;
};

/// host's thread -> hot_cache, always passes; one for many reads. Host threads have copied hot blocks without a
/// request; the cache's read notes say which.
struct reads_noted {};

/// hot_cache -> hot_cache, delayed: check the deadlines. writer -> writer, delayed: make the store sync.
struct tick {};

/// hot_cache, preflight -> stats, bounded; at most one in flight per sender. The sender's tally has changed: read it.
/// The message carries no numbers: stats reads every tally itself, also for a snapshot. A lost or rejected message does
/// no harm: tallies are cumulative, so the next one is enough.
struct tally_changed {
  permit turn{}; ///< of the sender, which may send the next message when this permit is released
  permit slot{};
};

} // namespace hearth::messages
