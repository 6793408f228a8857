// Estimate: a put copies into a memory map (15 GB/s) with a page fault for each page that was written back, and msync
// goes through the page cache: 0.8 of the limit for writes, a third for reads through faults. A get returns a pointer;
// the kernel decides which pages are in memory.
#include "tests/bench/peers/peer.hpp"

#include <lmdb.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

class lmdb_peer final : public peer {
public:
  ~lmdb_peer() override { close(); }

  [[nodiscard]] std::string version() const override { return ::mdb_version(nullptr, nullptr, nullptr); }

  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes == 0 ? "it is a store on disk" : "";
  }

  result<void> open(const stage& where) override {
    const auto record_bytes = (where.block_bytes + 16 + 4095) / 4096 * 4096; // overflow pages have a header of 16 bytes
    blocks_max_ = std::max<std::uint64_t>(where.disk_bytes * 9 / 10 / record_bytes, 1);
    if (auto made = outcome("create", ::mdb_env_create(&environment_)); !made)
      return made;
    (void)::mdb_env_set_mapsize(environment_, where.disk_bytes / 4096 * 4096);
    (void)::mdb_env_set_maxreaders(environment_, where.threads + 8);
    if (auto opened = outcome("open", ::mdb_env_open(environment_, where.directory.c_str(),
                                                     MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600));
        !opened)
      return opened;
    return outcome("open",
                   in_transaction(0, [&](MDB_txn* inside) { return ::mdb_dbi_open(inside, nullptr, 0, &table_); }));
  }

  /// A chain is one transaction. If the map is full with fewer blocks than planned, its free pages are fragmented: then
  /// the peer continues with fewer blocks.
  result<std::size_t> put(unsigned, chain_blocks chain) override {
    std::lock_guard guard{mutex_}; // LMDB allows one writer at a time anyway
    auto code = write(chain);
    while (code == MDB_MAP_FULL && !order_.empty()) {
      blocks_max_ = std::max<std::size_t>(std::min<std::size_t>(blocks_max_, order_.size()), 2) - 1;
      code = write({}); // freed pages can be reused only after the transaction that freed them
      if (code == 0)
        code = write(chain);
    }
    return code == 0 ? result<std::size_t>{chain.size()} : outcome("put", code).error();
  }

  result<std::size_t> get(unsigned, chain_keys chain, const block_seen& seen) override {
    std::size_t usable = 0;
    const auto code = in_transaction(MDB_RDONLY, [&](MDB_txn* inside) {
      for (; usable < chain.size(); ++usable) {
        auto key = value_of(chain[usable]);
        MDB_val value{};
        const auto found = ::mdb_get(inside, table_, &key, &value);
        if (found != 0)
          return found == MDB_NOTFOUND ? 0 : found;
        seen(usable, {static_cast<const std::byte*>(value.mv_data), value.mv_size});
      }
      return 0;
    });
    return code == 0 ? result<std::size_t>{usable} : outcome("get", code).error();
  }

  result<void> settle() override { return outcome("sync", ::mdb_env_sync(environment_, 1)); }

  void close() override {
    if (environment_ != nullptr)
      ::mdb_env_close(std::exchange(environment_, nullptr));
  }

private:
  static MDB_val value_of(const block_key& key) { return {key.bytes.size(), const_cast<std::byte*>(key.bytes.data())}; }
  static result<void> outcome(const char* what, int code) {
    return code == 0 ? result<void>{} : failure{errc::io, std::string{"LMDB "} + what + ": " + ::mdb_strerror(code)};
  }

  /// In one transaction, writes the blocks and deletes the oldest ones above the limit.
  int write(chain_blocks chain) {
    const auto wanted = order_.size() + chain.size();
    const auto leaving = std::min(order_.size(), wanted > blocks_max_ ? wanted - blocks_max_ : std::size_t{0});
    const auto code = in_transaction(0, [&](MDB_txn* inside) {
      for (std::size_t i = 0; i < leaving; ++i) {
        auto oldest = value_of(order_[i]);
        const auto deleted = ::mdb_del(inside, table_, &oldest, nullptr);
        if (deleted != 0 && deleted != MDB_NOTFOUND) // put twice, by two threads that both missed it, and deleted once
          return deleted;
      }
      for (const auto& item : chain) {
        auto key = value_of(item.key);
        MDB_val value{item.payload.size(), const_cast<std::byte*>(item.payload.bytes().data())};
        if (const auto put = ::mdb_put(inside, table_, &key, &value, 0); put != 0)
          return put;
      }
      return 0;
    });
    if (code != 0)
      return code;
    order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(leaving));
    for (const auto& item : chain)
      order_.push_back(item.key);
    return 0;
  }

  template <class Work>
  int in_transaction(unsigned flags, Work work) {
    MDB_txn* inside = nullptr;
    if (const auto code = ::mdb_txn_begin(environment_, nullptr, flags, &inside); code != 0)
      return code;
    if (const auto code = work(inside); code != 0) {
      ::mdb_txn_abort(inside);
      return code;
    }
    return ::mdb_txn_commit(inside);
  }

  MDB_env* environment_ = nullptr;
  MDB_dbi table_ = 0;
  std::mutex mutex_;
  std::deque<block_key> order_; ///< oldest first
  std::size_t blocks_max_ = 1;
};

} // namespace

void add_lmdb(peer_list& list) {
  list.entries.push_back({"LMDB", [] { return std::make_unique<lmdb_peer>(); }});
}

} // namespace hearth::bench
