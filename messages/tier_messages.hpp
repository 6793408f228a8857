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

// What the actors of one cache say to each other, and what the I/O engine says to them.
namespace hearth::messages {

/// A block on its way to disk.
struct offered_block {
  std::uint64_t sequence = 0; ///< grows with every offer of one cache
  storage::block item;
  std::shared_ptr<write_ticket> ticket;
};

/// hot_cache -> writer, bounded by blocks. Write them to the cold tier in this order, each unless its ticket is
/// cancelled first. Reply: each that was not has its end in some write_reply; its part of `slot` stays taken until that
/// is handled.
struct write_request {
  std::vector<offered_block> blocks;
  permit slot{}; ///< one a block, and the bytes of their payloads
};

/// How the write of a block ended.
struct write_end {
  std::uint64_t sequence = 0;
  storage::result<void> outcome;
};

/// writer -> hot_cache, always passes. Writes that have ended since the last one, of whichever requests.
struct write_reply {
  std::vector<write_end> ends;
  permit slot{}; ///< of these blocks
};

/// I/O engine -> writer, always passes; one for all that end before it is handled. Appends have ended; which ones
/// stands in the list of them. Also from the writer to itself, while it has more to hand over than in one turn.
struct appends_completed {};

/// hot_cache -> reader, bounded by blocks. Read and verify `keys`.
/// Reply: read_reply with the same `batch`, once all of them have ended.
struct read_request {
  std::uint64_t batch = 0;
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  std::uint64_t bytes = 0;                                  ///< payload bytes of all keys
  permit slot{};                                            ///< one a block, and `bytes`
  std::shared_ptr<const storage::cancellation> cancelled{}; ///< set: nobody waits for them any more
};

/// I/O engine -> hot_cache, for the reader, always passes. The last read of a batch has ended. `blocks[i]` belongs to
/// the request's `keys[i]`.
struct read_reply {
  std::uint64_t batch = 0;
  std::vector<storage::result<storage::block>> blocks;
  permit slot{}; ///< of the read_request: the buffers count until hot_cache has them
};

/// block store -> hot_cache, always passes. A sync has ended.
struct sync_completed {
  std::uint64_t flush = 0; ///< which flush asked for it
  storage::result<void> outcome;
};

/// block store -> hot_cache, always passes; at most one for each append. These blocks were reclaimed.
struct blocks_reclaimed {
  std::vector<storage::block_key> keys;
};

/// I/O engine -> hot_cache, always passes. The cold tier's directory was looked for.
struct directory_seen {
  storage::result<void> outcome; ///< not_found: it is gone
};

/// I/O engine -> hot_cache, always passes. An attempt to open the cold tier's directory again has ended.
struct directory_opened {
  storage::result<storage::recovery_report> outcome;
};

/// host's thread -> hot_cache, always passes; one for many reads. Hot blocks were copied out without asking; which ones
/// stands in the cache's read notes.
struct reads_noted {};

/// hot_cache -> hot_cache, delayed: look at the deadlines. writer -> writer, delayed: have the store sync.
struct tick {};

/// hot_cache, preflight -> stats, bounded; at most one outstanding a sender. The sender's tally has changed: read it.
/// The message carries no numbers: stats reads every tally itself, also for a snapshot. Lost or rejected, it is made
/// good by the next one: tallies are cumulative.
struct tally_changed {
  permit turn{}; ///< of the sender: it may send the next one when this one is gone
  permit slot{};
};

} // namespace hearth::messages
