// Estimate: BlobDB through the page cache: one copy into the memtable, another into a blob file with crc32c (10 GB/s),
// and first-touch page faults at 0.4 GB/s for every memtable: a tenth to a third of the limit for writes. A read checks
// crc32c and copies.
#include "tests/bench/peers/peer.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

class rocksdb_peer final : public peer {
public:
  [[nodiscard]] std::string version() const override {
    return std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." + std::to_string(ROCKSDB_PATCH);
  }

  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes == 0 ? "it is a store on disk" : "";
  }

  result<void> open(const stage& where) override {
    // Blocks written between two syncs take space twice: new ones, and evicted ones that are not collected yet; and
    // part of a blob file is garbage. The rest is for blocks.
    const auto blob_file_bytes = std::max<std::uint64_t>(where.sync_bytes / 4, 1 << 20);
    const auto spare = 2 * where.sync_bytes + blob_file_bytes;
    blocks_max_ =
        std::max<std::uint64_t>((where.disk_bytes - std::min(spare, where.disk_bytes)) / where.block_bytes, 1);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = options.blob_compression_type = rocksdb::kNoCompression;
    options.enable_blob_files = true;
    options.min_blob_size = 0;
    options.blob_file_size = blob_file_bytes;
    options.blob_cache = rocksdb::NewLRUCache(where.memory_bytes);
    options.enable_blob_garbage_collection = true;
    options.blob_garbage_collection_age_cutoff = 0.1; // the files of the oldest blocks, which hold the garbage
    options.write_buffer_size = std::max<std::size_t>(where.sync_bytes / 2, 1 << 20);
    options.max_write_buffer_number = 4;
    options.max_background_jobs = 4;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(options, where.directory + "/db", &opened);
    db_.reset(opened);
    return outcome("open", status);
  }

  result<std::size_t> put(unsigned, chain_blocks chain) override {
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    for (const auto& item : chain) {
      const auto bytes = item.payload.bytes();
      auto done = outcome(
          "Put", db_->Put(unlogged, slice(item.key), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
      if (const auto oldest = note(item.key); done.ok() && oldest)
        done = outcome("Delete", db_->Delete(unlogged, slice(*oldest)));
      if (!done)
        return done.error();
    }
    return chain.size();
  }

  result<std::size_t> get(unsigned, chain_keys chain, const block_seen& seen) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      rocksdb::PinnableSlice value;
      const auto status = db_->Get({}, db_->DefaultColumnFamily(), slice(chain[i]), &value);
      if (status.IsNotFound())
        return i;
      if (auto got = outcome("Get", status); !got)
        return got.error();
      seen(i, std::as_bytes(std::span{value.data(), value.size()}));
    }
    return chain.size();
  }

  /// Without a log only a flush is durable. The compaction releases evicted blocks: it moves keys, and the blobs of the
  /// oldest files only. Without an explicit compaction the cache would exceed its capacity.
  result<void> settle() override {
    auto flushed = outcome("Flush", db_->Flush({}));
    return flushed.ok() ? outcome("CompactRange", db_->CompactRange({}, nullptr, nullptr)) : flushed;
  }

  void close() override { db_.reset(); }
  [[nodiscard]] bool forks() const override { return false; } ///< the threads of its Env do not exist in the child

private:
  static rocksdb::Slice slice(const block_key& key) {
    return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
  }
  static result<void> outcome(const char* what, const rocksdb::Status& status) {
    const auto code = status.IsNoSpace() ? errc::no_space : errc::io;
    return status.ok() ? result<void>{} : failure{code, std::string{"RocksDB "} + what + ": " + status.ToString()};
  }

  /// Adds `key` as the newest. Returns the keys to evict for it.
  std::optional<block_key> note(const block_key& key) {
    std::lock_guard guard{mutex_};
    order_.push_back(key);
    if (order_.size() <= blocks_max_)
      return {};
    const auto oldest = order_.front();
    order_.pop_front();
    return oldest;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;
  std::deque<block_key> order_; ///< oldest first
  std::uint64_t blocks_max_ = 1;
};

} // namespace

void add_rocksdb(peer_list& list) {
  list.entries.push_back({"RocksDB", [] { return std::make_unique<rocksdb_peer>(); }});
}

} // namespace hearth::bench
