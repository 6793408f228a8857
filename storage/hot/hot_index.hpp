#pragma once

#include "storage/blocks/block.hpp"
#include "storage/eviction/block_names.hpp"
#include "storage/eviction/slot_list.hpp"
#include "storage/hot/spin_lock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace hearth::storage {

/// A block in memory, and the state of its copy in the cold tier.
struct hot_block {
  block item;
  std::uint64_t dirty_number : 61 = 0; ///< number of a dirty block: a larger number became dirty later
  bool dirty : 1 = false;              ///< no valid copy in the cold tier is known
  bool reclaimed : 1 = false;          ///< dirty because its copy was reclaimed
  bool asked : 1 = false;              ///< requested since it was inserted, marked clean or reclaimed

  /// Whether the block must be written when it leaves. A block whose copy was reclaimed is written again only if the
  /// block was requested since.
  [[nodiscard]] bool worth_writing() const noexcept { return dirty && (asked || !reclaimed); }
};

/// Concurrent index of the hot blocks by key. One owner inserts, changes and erases blocks; any thread copies a payload
/// out without asking the owner. A block that a thread finds was present at some moment during the call. Layout: a
/// table of 8-byte entries (fingerprint, slot) in 64 shards; each shard has a lock that is held for one lookup. The
/// blocks are in slots that never move. 9 to 19 bytes per block beside the block itself. Threads: `copy` any;
/// everything else the owner. The owner reads without locks, because only the owner writes.
class hot_index final : public block_names {
public:
  /// Upper limit of the number of blocks: 128 GiB at 4 KiB per block.
  static constexpr std::size_t blocks_max = std::size_t{1} << 25;

  hot_index();
  ~hot_index() override;
  hot_index(const hot_index&) = delete;
  hot_index& operator=(const hot_index&) = delete;

  /// The shared payload of `key` in `name_space`; empty if there is no such block here. Threads: any.
  [[nodiscard]] buffer copy(namespace_id name_space, const block_key& key) const noexcept;

  /// Makes `copy` find nothing from now on. Called when the owner stops answering.
  void hide() noexcept { hidden_ = true; }

  /// The slot of the block; `no_slot` if the block is not here.
  [[nodiscard]] block_slot find(const block_key& key) const noexcept override;

  /// The block in this slot; the address is stable until the block is erased. The owner may change everything except
  /// `item`. Pre: the slot holds a block.
  [[nodiscard]] hot_block& at(block_slot slot) noexcept;
  [[nodiscard]] const hot_block& at(block_slot slot) const noexcept;

  [[nodiscard]] const block_key& key_of(block_slot slot) const noexcept override { return at(slot).item.key; }
  [[nodiscard]] const std::optional<block_key>& parent_of(block_slot slot) const noexcept override {
    return at(slot).item.parent;
  }

  /// Adds a block with a payload and returns its slot. Pre: its key is not here, and `size() < blocks_max`. Errors:
  /// std::bad_alloc.
  block_slot insert(block item);

  /// Removes the block and returns it. After: no thread finds it. Pre: the slot holds a block.
  hot_block erase(block_slot slot);

  /// Removes every block. For the end of the owner.
  void clear();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t chunk_slots = 2048;

  struct entry {
    std::uint32_t tag = 0; ///< the low bits are the position where the search starts
    block_slot slot = no_slot;
  };
  struct alignas(64) shard {
    mutable spin_lock lock;
    std::uint32_t used = 0;
    std::vector<entry> entries; ///< the size is a power of two; at most seven eighths are used
  };
  struct place {
    std::size_t shard;
    std::uint32_t tag;
  };
  union room { ///< a hot block, or the next free slot
    room() noexcept {}
    ~room() {} // the code that frees a slot destroys its block

    block_slot next_free;
    hot_block block;
  };
  static constexpr std::size_t absent = ~std::size_t{0};

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
  block_slot slots_ = 0;            ///< slots ever used
  block_slot free_slots_ = no_slot; ///< first of the list of free slots
  std::size_t size_ = 0;
};

// --- lookup, inline: it is the cost of a hot hit -------------------------------------------------------------------

/// Hashes all 32 bytes, because the keys of a host may have a common beginning. The odd constants are from the golden
/// ratio and from the primes of xxHash (public domain); the multiplications run in parallel.
inline hot_index::place hot_index::place_of(const block_key& key) noexcept {
  std::array<std::uint64_t, 4> words;
  std::memcpy(words.data(), key.bytes.data(), sizeof(words));
  const auto sum = words[0] * 0x9E3779B97F4A7C15u + words[1] * 0xC2B2AE3D27D4EB4Fu + words[2] * 0x165667B19E3779F9u +
                   words[3] * 0x27D4EB2F165667C5u;
  const auto mixed = (sum ^ sum >> 32) * 0x9E3779B97F4A7C15u;
  return {mixed >> 58, static_cast<std::uint32_t>(mixed >> 20)};
}

inline hot_index::room& hot_index::room_at(block_slot slot) const noexcept {
  return chunks_[(slot - 1) / chunk_slots][(slot - 1) % chunk_slots];
}

/// The position of the entry of `key` in its shard, or `absent`.
inline std::size_t hot_index::position_of(const shard& in, std::uint32_t tag, const block_key& key) const noexcept {
  const auto mask = in.entries.size() - 1;
  for (auto position = tag & mask; in.entries[position].slot != no_slot; position = (position + 1) & mask) {
    const auto& one = in.entries[position];
    if (one.tag == tag && room_at(one.slot).block.item.key == key)
      return position;
  }
  return absent;
}

inline block_slot hot_index::find(const block_key& key) const noexcept {
  const auto place = place_of(key);
  const auto& in = shards_[place.shard];
  const auto position = position_of(in, place.tag, key);
  return position == absent ? no_slot : in.entries[position].slot;
}

inline hot_block& hot_index::at(block_slot slot) noexcept { return room_at(slot).block; }
inline const hot_block& hot_index::at(block_slot slot) const noexcept { return room_at(slot).block; }

} // namespace hearth::storage
