#pragma once

#include "storage/block.hpp"
#include "storage/slot_list.hpp"
#include "storage/spin_lock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hearth::storage {

/// A block in memory and what is known of its copy in the cold tier.
struct hot_block {
  block item;
  std::uint64_t dirty_number : 61 = 0; ///< of a dirty block: the larger, the later it became dirty
  bool dirty : 1 = false;              ///< no valid copy in the cold tier is known
  bool reclaimed : 1 = false;          ///< dirty because its copy was reclaimed
  bool asked : 1 = false;              ///< asked for since it was last written, read or reclaimed

  /// Whether it is to be written when it leaves: a reclaimed copy is renewed only if somebody asked for the block
  /// since.
  [[nodiscard]] bool worth_writing() const noexcept { return dirty && (asked || !reclaimed); }
};

/// The hot blocks by key: one owner inserts, changes and erases them, any thread copies a payload out, without asking
/// the owner. What a thread finds was there at one moment between the begin and the end of its call.
/// A table of 8-byte entries (fingerprint, slot) in 64 shards, each behind a lock for the length of one lookup; the
/// blocks stand in slots that never move. 9 to 19 bytes a block beside the blocks themselves.
/// Threads: `copy` any; everything else its one owner. The owner reads without locks: nobody else writes.
class hot_index {
public:
  /// As many blocks as fit, whatever their size: 128 GiB of the smallest there are.
  static constexpr std::size_t blocks_max = std::size_t{1} << 25;

  hot_index();
  ~hot_index();
  hot_index(const hot_index&) = delete;
  hot_index& operator=(const hot_index&) = delete;

  /// The payload of `key` in `name_space`, shared; empty if it is not here. Threads: any.
  [[nodiscard]] buffer copy(namespace_id name_space, const block_key& key) const noexcept;

  /// From now on `copy` finds nothing: the owner answers nobody any more.
  void hide() noexcept { hidden_ = true; }

  /// Where the block stands; `no_slot`: it is not here.
  [[nodiscard]] block_slot find(const block_key& key) const noexcept;

  /// The block in this slot, at an address that holds until it is erased. The owner may change everything of it but
  /// `item`. Pre: there is one.
  [[nodiscard]] hot_block& at(block_slot slot) noexcept;
  [[nodiscard]] const hot_block& at(block_slot slot) const noexcept;

  /// Adds a block, with a payload, and returns its slot. Pre: its key is not here, and `size() < blocks_max`. Errors:
  /// std::bad_alloc.
  block_slot insert(block item);

  /// Takes the block out and hands it over. After: no thread finds it. Pre: there is one.
  hot_block erase(block_slot slot);

  /// Takes every block out: their owner is gone.
  void clear();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t chunk_slots = 2048;

  struct entry {
    std::uint32_t tag = 0; ///< its low bits say where the search begins
    block_slot slot = no_slot;
  };
  struct alignas(64) shard {
    mutable spin_lock lock;
    std::uint32_t used = 0;
    std::vector<entry> entries; ///< a power of two, at most seven eighths of them used
  };
  struct place {
    std::size_t shard;
    std::uint32_t tag;
  };
  union room;

  [[nodiscard]] static place place_of(const block_key& key) noexcept;
  [[nodiscard]] room& room_at(block_slot slot) const noexcept;
  [[nodiscard]] std::size_t position_of(const shard& in, std::uint32_t tag, const block_key& key) const noexcept;
  [[nodiscard]] block_slot take_slot();
  void free_slot(block_slot slot) noexcept;
  static void add(std::vector<entry>& entries, entry one) noexcept;
  static void remove(std::vector<entry>& entries, std::size_t position) noexcept;

  std::atomic<bool> hidden_{false};
  std::array<shard, shard_count> shards_;
  std::array<std::unique_ptr<room[]>, blocks_max / chunk_slots> chunks_;
  block_slot slots_ = 0;            ///< ever used
  block_slot free_slots_ = no_slot; ///< the first of a chain
  std::size_t size_ = 0;
};

} // namespace hearth::storage
