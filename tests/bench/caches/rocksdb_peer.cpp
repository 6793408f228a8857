// BlobDB through the page cache: a copy into the memtable, another into the blob file; a read checks crc32c and copies.
#include "tests/bench/caches/cache_peer.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include <deque>
#include <mutex>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

class rocksdb_peer final : public cache_peer {
public:
  [[nodiscard]] std::string version() const override {
    return std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." + std::to_string(ROCKSDB_PATCH);
  }

  [[nodiscard]] std::string refuses(const peer_stage& where) const override {
    return where.disk_bytes == 0 ? "it is a store on disk" : "";
  }

  result<void> open(const peer_stage& where) override {
    blocks_max_ = std::max<std::uint64_t>(where.disk_bytes * 3 / 4 / where.block_bytes, 1); // the rest is garbage
    rocksdb::Options options;
    options.create_if_missing = true;
    options.enable_blob_files = true;
    options.blob_file_size = std::max<std::uint64_t>(where.disk_bytes / 32, 1 << 20);
    options.enable_blob_garbage_collection = true;
    options.compression = options.blob_compression_type = rocksdb::kNoCompression;
    options.write_buffer_size = 64 << 20;
    options.max_background_jobs = 4;
    options.blob_cache = rocksdb::NewLRUCache(where.memory_bytes);
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(options, where.directory + "/db", &opened);
    db_.reset(opened);
    return outcome("open", status);
  }

  result<void> put(unsigned, storage::block item) override {
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    const auto bytes = item.payload.bytes();
    auto done = outcome(
        "Put", db_->Put(unlogged, slice(item.key), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    std::optional<block_key> oldest;
    {
      std::lock_guard guard{mutex_};
      order_.push_back(item.key);
      if (order_.size() > blocks_max_) {
        oldest = order_.front();
        order_.pop_front();
      }
    }
    if (done.ok() && oldest)
      done = outcome("Delete", db_->Delete(unlogged, slice(*oldest)));
    return done;
  }

  result<std::size_t> get(unsigned, std::span<const block_key> chain, const block_seen& seen) override {
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

  result<void> settle() override { return outcome("Flush", db_->Flush({})); }

  void close() override {
    db_.reset();
    order_.clear();
  }

private:
  static rocksdb::Slice slice(const block_key& key) {
    return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
  }
  static result<void> outcome(const char* what, const rocksdb::Status& status) {
    return status.ok() ? result<void>{} : failure{errc::io, std::string{"RocksDB "} + what + ": " + status.ToString()};
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;
  std::deque<block_key> order_; ///< oldest first
  std::uint64_t blocks_max_ = 1;
};

} // namespace

void add_rocksdb_peer(peer_list& list) {
  list.entries.push_back({"RocksDB", [] { return std::make_unique<rocksdb_peer>(); }});
}

} // namespace hearth::bench
