#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/cold/block_store.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace hearth::storage {

/// Number of a block in a `block_index` while it is there; afterwards the number may be reused.
using record_id = std::uint32_t;
inline constexpr record_id no_record = std::numeric_limits<record_id>::max();

/// Index entry of a block in a segment, in memory.
struct indexed_block {
  block_key key;
  std::uint64_t sequence = 0; ///< order of appends, from 1; higher is later
  std::uint64_t payload_bytes : 47 = 0;
  std::uint64_t used : 1 = 0; ///< requested since it was written
  std::uint64_t name_space : 16 = 0;
  std::uint32_t slot = 0;     ///< slot of its segment
  std::uint32_t page = 0;     ///< of its header in the segment: offset / 4,096
  std::uint32_t last_use = 0; ///< in ticks of the use clock, see segment_table.hpp
};

/// The first block of a segment; the others follow by `block_index::next_in_segment`.
struct segment_blocks {
  record_id first = no_record;
};

/// Index of the blocks of a segmented cold tier: by key, by recency of use, and by segment. Every operation is O(1),
/// except for an occasional rehash of one of 64 tables. Memory: 88 bytes per block in steady state (80 for the entry, 5
/// to 11 for the hash tables), 8.8 GB for 100 million blocks. At most 2^32 - 2 blocks. Threads: one at a time.
class block_index {
public:
  [[nodiscard]] record_id find(const block_key& key) const;
  [[nodiscard]] const indexed_block& at(record_id id) const { return entry_of(id).block; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Adds a block to the list of its segment, as the most recently used. Pre: the key is not present.
  record_id add(const indexed_block& block, segment_blocks& segment);

  /// Pre: `segment` is the list that the block was added to.
  void remove(record_id id, segment_blocks& segment);

  /// Records a use at `tick`: the block becomes the most recently used.
  void touch(record_id id, std::uint32_t tick);

  /// Changes the place of a block; its position in the order of use stays.
  void move(record_id id, std::uint32_t slot, std::uint32_t page, segment_blocks& from, segment_blocks& to);

  /// Walks over all blocks, least recently used first, one per call; `no_record` at the end. The index may change
  /// during the walk: blocks that are added or used meanwhile are visited at their new position, even if they were
  /// visited before.
  void start_walk() noexcept { walk_ = oldest_; }
  [[nodiscard]] record_id walk();

  /// The order of use; `no_record` at its end.
  [[nodiscard]] record_id oldest() const noexcept { return oldest_; }
  [[nodiscard]] record_id newer(record_id id) const { return entry_of(id).newer; }

  /// The next block of the same segment, in no particular order; `no_record` at the end.
  [[nodiscard]] record_id next_in_segment(record_id id) const { return entry_of(id).next; }

  /// Bytes of memory held, for statistics.
  [[nodiscard]] std::size_t memory_bytes() const;

private:
  struct entry {
    indexed_block block;
    record_id older = no_record;
    record_id newer = no_record; ///< of a free entry: the next free entry
    record_id previous = no_record;
    record_id next = no_record;
  };
  static_assert(sizeof(entry) <= 80);

  static constexpr std::size_t chunk_entries = 4096;
  static constexpr std::size_t tables = 64;

  /// Open addressing with linear probing; the size is a power of two, at most three quarters full.
  struct table {
    std::vector<record_id> places;
    std::size_t used = 0;
  };

  [[nodiscard]] const entry& entry_of(record_id id) const { return chunks_[id / chunk_entries][id % chunk_entries]; }
  [[nodiscard]] entry& entry_of(record_id id) { return chunks_[id / chunk_entries][id % chunk_entries]; }
  [[nodiscard]] record_id take_entry();
  void enlist(record_id id, segment_blocks& segment);
  void delist(record_id id, segment_blocks& segment);
  void link_newest(record_id id);
  void unlink(record_id id);
  void insert(record_id id);
  void grow(table& of);
  void erase(record_id id);

  std::vector<std::unique_ptr<entry[]>> chunks_;
  std::array<table, tables> tables_;
  record_id free_ = no_record;
  record_id fresh_ = 0; ///< entries from here on have never been used
  record_id oldest_ = no_record;
  record_id newest_ = no_record;
  record_id walk_ = no_record; ///< the block that the walk visits next
  std::size_t size_ = 0;
};

} // namespace hearth::storage
