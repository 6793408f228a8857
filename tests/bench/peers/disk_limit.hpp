#pragma once

#include "tests/bench/peers/descriptor.hpp"
#include "tests/bench/numbered_blocks.hpp"
#include "tests/bench/peers/peer.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace hearth::bench {

/// Upper limit of the machine for any store on disk: one preallocated file with one slot per block, overwritten with
/// O_DIRECT; buffers on huge pages. No records, no checksums; the index is an array of numbers by slot. Each thread
/// transfers its chain block by block.
class disk_limit : public peer {
public:
  [[nodiscard]] std::string version() const override { return "one file, O_DIRECT"; }
  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes == 0 ? "it is a file" : o_direct_refusal(where.directory);
  }

  storage::result<void> open(const stage& where) override;
  storage::result<std::size_t> put(unsigned thread, chain_blocks chain) override;
  storage::result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override;
  storage::result<std::size_t> contains(unsigned thread, chain_keys chain) override;
  storage::result<void> settle() override;
  void close() override { file_ = {}; }
  [[nodiscard]] bool reopens() const override { return false; } ///< the index is in memory only

protected:
  [[nodiscard]] std::uint64_t slot_of(const storage::block_key& key) const { return number_of(key) % held_.size(); }
  [[nodiscard]] std::uint64_t offset_of(const storage::block_key& key) const { return slot_of(key) * block_bytes_; }
  [[nodiscard]] bool holds(const storage::block_key& key) const {
    return held_[slot_of(key)].load(std::memory_order_acquire) == number_of(key) + 1;
  }
  /// Clears the slot's number before the slot is overwritten (`written` false), sets the new one afterwards.
  void hold(const storage::block_key& key, bool written) {
    held_[slot_of(key)].store(written ? number_of(key) + 1 : 0, std::memory_order_release);
  }

  std::string path_;
  std::uint64_t block_bytes_ = 0;
  descriptor file_;

private:
  std::vector<std::atomic<std::uint64_t>> held_; ///< by slot: number of the block plus 1; 0: empty
  std::vector<storage::mutable_buffer> read_;    ///< by thread
};

} // namespace hearth::bench
