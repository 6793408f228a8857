// Estimate: a copy into the memtable, one flush thread that writes blob files through the page cache with a checksum
// (crc32c, 10 GB/s), memory touched for the first time at 0.4 GB/s for every memtable: a tenth to a third of the limit.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"

#include <rocksdb/db.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace hearth::bench {

namespace {

using storage::result;

constexpr unsigned threads_max = 4;

/// Keys in the order of their numbers, so that the oldest stand together.
std::array<char, 8> key_of(std::uint64_t number) {
  std::array<char, 8> key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

class rocksdb_blobs final : public contender {
public:
  explicit rocksdb_blobs(bool checks) : checks_(checks) {}

  contender_facts facts() const override {
    return {std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." + std::to_string(ROCKSDB_PATCH),
            false, true};
  }

  result<void> open(const stage& where) override {
    stage_ = where;
    // What comes between two syncs is there twice: new, and evicted but not collected; and a blob file is garbage in
    // part. The rest is for blocks.
    const auto spare = 2 * where.sync_bytes + blob_file_bytes();
    slots_ =
        std::max<std::uint64_t>((where.capacity_bytes - std::min(spare, where.capacity_bytes)) / where.block_bytes, 1);
    rocksdb::DB* opened = nullptr;
    auto done = outcome("open", rocksdb::DB::Open(options(), where.directory, &opened));
    db_.reset(opened);
    return done;
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    auto written = on_lanes(std::min(depth, threads_max), count, [&](unsigned lane, std::size_t index) -> result<void> {
      const auto number = first + index;
      const auto bytes = stage_.blocks->stamped(lane, number);
      auto done = outcome("Put", db_->Put(unlogged, slice(key_of(number)),
                                          {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
      if (done.ok() && number >= slots_)
        done = outcome("Delete", db_->Delete(unlogged, slice(key_of(number - slots_))));
      return done;
    });
    range_.put_up_to(first + count, slots_);
    return written;
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    rocksdb::ReadOptions reading;
    reading.verify_checksums = checks_;
    return on_lanes(depth, numbers.size(), [&](unsigned, std::size_t index) -> result<void> {
      rocksdb::PinnableSlice value;
      const auto key = key_of(numbers[index]);
      const auto status = db_->Get(reading, db_->DefaultColumnFamily(), slice(key), &value);
      if (status.IsNotFound())
        return {};
      if (status.ok())
        each(numbers[index], std::as_bytes(std::span{value.data(), value.size()}));
      return outcome("Get", status);
    });
  }

  /// Without a log only a flush is durable. The compaction lets go of what was evicted: it moves keys, and of blobs
  /// those in the oldest files; a cache that left it to chance would not stay within its capacity.
  result<void> sync() override {
    auto flushed = outcome("Flush", db_->Flush({}));
    return flushed.ok() ? outcome("CompactRange", db_->CompactRange({}, nullptr, nullptr)) : flushed;
  }

  result<void> close() override {
    auto flushed = db_ ? outcome("Flush", db_->Flush({})) : result<void>{};
    db_.reset();
    return flushed;
  }

  std::vector<std::uint64_t> present() const override { return range_.numbers(); }

private:
  static rocksdb::Slice slice(const std::array<char, 8>& key) { return {key.data(), key.size()}; }

  [[nodiscard]] result<void> outcome(const char* what, const rocksdb::Status& status) const {
    if (status.ok())
      return {};
    const auto code = status.IsNoSpace() ? storage::errc::no_space : storage::errc::io;
    return {code, stage_.directory + ": RocksDB " + what + ": " + status.ToString()};
  }

  [[nodiscard]] std::uint64_t blob_file_bytes() const { return stage_.sync_bytes / 4; }

  [[nodiscard]] rocksdb::Options options() const {
    rocksdb::Options chosen;
    chosen.create_if_missing = true;
    chosen.paranoid_checks = checks_;
    chosen.compression = rocksdb::kNoCompression;
    chosen.enable_blob_files = true;
    chosen.min_blob_size = 0;
    chosen.blob_file_size = blob_file_bytes();
    chosen.blob_compression_type = rocksdb::kNoCompression;
    chosen.enable_blob_garbage_collection = true;
    chosen.blob_garbage_collection_age_cutoff = 0.1; // the files of the oldest blocks: there the garbage is
    chosen.write_buffer_size = std::max<std::size_t>(stage_.sync_bytes / 2, 1 << 20);
    chosen.max_write_buffer_number = 4;
    chosen.max_background_jobs = 4;
    return chosen;
  }

  bool checks_;
  stage stage_;
  std::uint64_t slots_ = 0;
  number_range range_;
  std::unique_ptr<rocksdb::DB> db_;
};

} // namespace

void add_rocksdb(contender_list& list) {
  list.entries.push_back({.name = "RocksDB BlobDB", .make = [] { return std::make_unique<rocksdb_blobs>(true); }});
  list.entries.push_back({.name = "RocksDB unchecked", .make = [] { return std::make_unique<rocksdb_blobs>(false); }});
}

} // namespace hearth::bench
