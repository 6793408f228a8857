// A memory map: a put copies into it, a get hands out a pointer; the kernel decides what is in memory.
#include "tests/bench/caches/cache_peer.hpp"

#include <lmdb.h>

#include <deque>
#include <mutex>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

class lmdb_peer final : public cache_peer {
public:
  [[nodiscard]] std::string version() const override { return ::mdb_version(nullptr, nullptr, nullptr); }

  [[nodiscard]] std::string refuses(const peer_stage& where) const override {
    return where.disk_bytes == 0 ? "it is a store on disk" : "";
  }

  result<void> open(const peer_stage& where) override {
    const auto record_bytes = (where.block_bytes + 16 + 4095) / 4096 * 4096; // overflow pages begin with 16 bytes
    blocks_max_ = std::max<std::uint64_t>(where.disk_bytes * 9 / 10 / record_bytes, 1);
    if (auto made = outcome("create", ::mdb_env_create(&environment_)); !made)
      return made;
    (void)::mdb_env_set_mapsize(environment_, where.disk_bytes / 4096 * 4096);
    (void)::mdb_env_set_maxreaders(environment_, where.threads + 8);
    if (auto opened = outcome("open", ::mdb_env_open(environment_, where.directory.c_str(),
                                                     MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600));
        !opened)
      return opened;
    return in_transaction(0, [&](MDB_txn* inside) { return ::mdb_dbi_open(inside, nullptr, 0, &table_); });
  }

  result<void> put(unsigned, storage::block item) override {
    std::lock_guard guard{mutex_}; // it has one writer at a time anyway
    auto done = in_transaction(0, [&](MDB_txn* inside) {
      if (order_.size() >= blocks_max_) {
        auto oldest = value_of(order_.front());
        order_.pop_front();
        const auto code = ::mdb_del(inside, table_, &oldest, nullptr);
        if (code != 0 && code != MDB_NOTFOUND) // put twice, by two threads that missed it, and deleted once
          return code;
      }
      auto key = value_of(item.key);
      MDB_val value{item.payload.size(), const_cast<std::byte*>(item.payload.bytes().data())};
      return ::mdb_put(inside, table_, &key, &value, 0);
    });
    if (done.ok())
      order_.push_back(item.key);
    return done;
  }

  result<std::size_t> get(unsigned, std::span<const block_key> chain, const block_seen& seen) override {
    std::size_t usable = 0;
    auto done = in_transaction(MDB_RDONLY, [&](MDB_txn* inside) {
      for (; usable < chain.size(); ++usable) {
        auto key = value_of(chain[usable]);
        MDB_val value{};
        const auto code = ::mdb_get(inside, table_, &key, &value);
        if (code != 0)
          return code == MDB_NOTFOUND ? 0 : code;
        seen(usable, {static_cast<const std::byte*>(value.mv_data), value.mv_size});
      }
      return 0;
    });
    return done.ok() ? result<std::size_t>{usable} : done.error();
  }

  result<void> settle() override { return outcome("sync", ::mdb_env_sync(environment_, 1)); }

  void close() override {
    if (environment_ != nullptr)
      ::mdb_env_close(environment_);
    environment_ = nullptr;
    order_.clear();
  }

private:
  static MDB_val value_of(const block_key& key) { return {key.bytes.size(), const_cast<std::byte*>(key.bytes.data())}; }
  static result<void> outcome(const char* what, int code) {
    return code == 0 ? result<void>{} : failure{errc::io, std::string{"LMDB "} + what + ": " + ::mdb_strerror(code)};
  }

  template <class Work>
  result<void> in_transaction(unsigned flags, Work work) {
    MDB_txn* inside = nullptr;
    if (auto begun = outcome("begin", ::mdb_txn_begin(environment_, nullptr, flags, &inside)); !begun)
      return begun;
    if (const auto code = work(inside); code != 0) {
      ::mdb_txn_abort(inside);
      return outcome("access", code);
    }
    return outcome("commit", ::mdb_txn_commit(inside));
  }

  MDB_env* environment_ = nullptr;
  MDB_dbi table_ = 0;
  std::mutex mutex_;
  std::deque<block_key> order_; ///< oldest first
  std::uint64_t blocks_max_ = 1;
};

} // namespace

void add_lmdb_peer(peer_list& list) {
  list.entries.push_back({"LMDB", [] { return std::make_unique<lmdb_peer>(); }});
}

} // namespace hearth::bench
