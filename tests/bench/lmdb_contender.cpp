// Estimate: a copy into the map (15 GB/s), page faults on every page that was written back, and msync through the page
// cache: 0.8 of the limit when writing, a third of it when reading through faults.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"

#include <lmdb.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace hearth::bench {

namespace {

using storage::result;

constexpr std::uint64_t transaction_bytes = 1 << 20; ///< small blocks share a transaction

/// A transaction that is given up unless it is committed.
class transaction {
public:
  transaction(MDB_env* environment, unsigned flags) { code_ = ::mdb_txn_begin(environment, nullptr, flags, &handle_); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction() {
    if (handle_ != nullptr)
      ::mdb_txn_abort(handle_);
  }

  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] MDB_txn* handle() const noexcept { return handle_; }
  [[nodiscard]] int commit() noexcept { return ::mdb_txn_commit(std::exchange(handle_, nullptr)); }

private:
  MDB_txn* handle_ = nullptr;
  int code_ = 0;
};

class lmdb final : public contender {
public:
  contender_facts facts() const override { return {::mdb_version(nullptr, nullptr, nullptr), false, true}; }

  result<void> open(const stage& where) override {
    stage_ = where;
    const auto record_bytes = (where.block_bytes + 16 + 4095) / 4096 * 4096; // overflow pages begin with 16 bytes
    // One transaction's worth stays free: pages come back only after the transaction that freed them.
    const auto usable = where.capacity_bytes * 97 / 100 - std::max(transaction_bytes, record_bytes);
    blocks_max_ = std::max<std::uint64_t>(usable / record_bytes, 1);
    auto code = ::mdb_env_create(&environment_);
    if (code == 0)
      code =
          ::mdb_env_set_mapsize(environment_, where.capacity_bytes / 4096 * 4096 - (64 << 10)); // beside its lock file
    if (code == 0)
      code = ::mdb_env_open(environment_, where.directory.c_str(), MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS, 0600);
    return code == 0 ? look_inside() : refused("open", code);
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned) override {
    const auto batch = std::max<std::uint64_t>(transaction_bytes / stage_.block_bytes, 1);
    for (auto number = first; number < first + count;) {
      const auto end = std::min(number + batch, first + count);
      auto code = put_batch(number, end);
      while (code == MDB_MAP_FULL && range_.oldest < range_.next) { // its free pages are in pieces: make do with fewer
        blocks_max_ = std::max<std::uint64_t>(std::min(blocks_max_, range_.next - range_.oldest) - 1, 1);
        code = put_batch(range_.next, range_.next);
        if (code == 0)
          code = put_batch(number, end);
      }
      if (code != 0)
        return refused("put", code);
      number = end;
    }
    return {};
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    return on_lanes(depth, numbers.size(), [&](unsigned lane, std::size_t index) -> result<void> {
      const transaction reading{environment_, MDB_RDONLY};
      if (reading.code() != 0)
        return refused("begin", reading.code());
      auto number = numbers[index];
      MDB_val key{sizeof(number), &number};
      MDB_val value{};
      const auto code = ::mdb_get(reading.handle(), table_, &key, &value);
      if (code == MDB_NOTFOUND)
        return {};
      if (code != 0)
        return refused("get", code);
      const auto into = stage_.blocks->scratch(lane);
      std::memcpy(into.data(), value.mv_data, std::min(value.mv_size, into.size()));
      each(number, into.first(std::min(value.mv_size, into.size())));
      return {};
    });
  }

  result<void> sync() override {
    const auto code = ::mdb_env_sync(environment_, 1);
    return code == 0 ? result<void>{} : refused("sync", code);
  }

  result<void> close() override {
    if (environment_ != nullptr)
      ::mdb_env_close(std::exchange(environment_, nullptr));
    return {};
  }

  std::vector<std::uint64_t> present() const override { return range_.numbers(); }

  ~lmdb() override { static_cast<void>(close()); }

private:
  [[nodiscard]] result<void> refused(const char* what, int code) const {
    return {storage::errc::io, stage_.directory + ": LMDB " + what + ": " + ::mdb_strerror(code)};
  }

  /// Opens the table, and finds the range of numbers in it.
  result<void> look_inside() {
    transaction looking{environment_, 0};
    auto code = looking.code();
    if (code == 0)
      code = ::mdb_dbi_open(looking.handle(), nullptr, MDB_INTEGERKEY, &table_);
    MDB_cursor* cursor = nullptr;
    if (code == 0)
      code = ::mdb_cursor_open(looking.handle(), table_, &cursor);
    MDB_val key{};
    MDB_val value{};
    if (code == 0 && ::mdb_cursor_get(cursor, &key, &value, MDB_FIRST) == 0) {
      std::memcpy(&range_.oldest, key.mv_data, sizeof(range_.oldest));
      if (::mdb_cursor_get(cursor, &key, &value, MDB_LAST) == 0)
        std::memcpy(&range_.next, key.mv_data, sizeof(range_.next));
      ++range_.next;
    }
    if (cursor != nullptr)
      ::mdb_cursor_close(cursor);
    if (code == 0)
      code = looking.commit();
    return code == 0 ? result<void>{} : refused("open", code);
  }

  /// Writes `number` to `end - 1` (none: only evicts) and deletes the oldest, in one transaction.
  int put_batch(std::uint64_t number, std::uint64_t end) {
    transaction writing{environment_, 0};
    auto code = writing.code();
    auto oldest = range_.oldest;
    for (; code == 0 && oldest < range_.next && end - oldest > blocks_max_; ++oldest) {
      MDB_val key{sizeof(oldest), &oldest};
      code = ::mdb_del(writing.handle(), table_, &key, nullptr);
    }
    for (; code == 0 && number < end; ++number) {
      const auto bytes = stage_.blocks->stamped(0, number);
      MDB_val key{sizeof(number), &number};
      MDB_val value{bytes.size(), nullptr};
      code = ::mdb_put(writing.handle(), table_, &key, &value, MDB_APPEND | MDB_RESERVE);
      if (code == 0)
        std::memcpy(value.mv_data, bytes.data(), bytes.size());
    }
    if (code == 0)
      code = writing.commit();
    if (code == 0)
      range_ = {oldest, end};
    return code;
  }

  stage stage_;
  MDB_env* environment_ = nullptr;
  MDB_dbi table_ = 0;
  std::uint64_t blocks_max_ = 0;
  number_range range_;
};

} // namespace

void add_lmdb(contender_list& list) {
  list.entries.push_back({.name = "LMDB", .make = [] { return std::make_unique<lmdb>(); }, .reopens = true});
}

} // namespace hearth::bench
