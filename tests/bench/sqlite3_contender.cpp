// Estimate: every byte is written twice (log, then table) through the page cache and copied into pages with a header
// each: at best a third of the limit when writing.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace hearth::bench {

namespace {

using storage::result;

constexpr std::uint64_t page_bytes = 65536;          ///< SQLite's largest: blobs are chains of pages
constexpr std::uint64_t transaction_bytes = 1 << 20; ///< small blocks share a transaction

/// A connection; closed when destroyed.
using connection = std::unique_ptr<sqlite3, decltype([](sqlite3* open) { ::sqlite3_close_v2(open); })>;
using statement = std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* made) { ::sqlite3_finalize(made); })>;

class sqlite final : public contender {
public:
  contender_facts facts() const override { return {::sqlite3_libversion(), false, true}; }

  std::string refuses(const stage& where) const override {
    return where.block_bytes < 1'000'000'000 ? std::string{} : "SQLite takes blobs below 1,000,000,000 bytes";
  }

  result<void> open(const stage& where) override {
    stage_ = where;
    // The log holds what comes between two syncs, the rest is the table's.
    const auto padding = where.sync_bytes / where.block_bytes * (page_bytes * 3 / 4); // pages are logged as a whole
    const auto log_bytes = (where.sync_bytes + padding + transaction_bytes) * 104 / 100;
    const auto table_bytes = where.capacity_bytes - std::min(log_bytes, where.capacity_bytes / 2);
    const auto record_bytes = where.block_bytes * 100 / 99 + page_bytes / 7;
    if (range_.next == 0)
      blocks_max_ = std::max<std::uint64_t>((table_bytes - 2 * page_bytes) / record_bytes, 1);
    if (auto opened = connect(writer_); !opened)
      return opened;
    for (const auto& pragma :
         {"page_size=" + std::to_string(page_bytes), std::string{"journal_mode=WAL"}, std::string{"synchronous=NORMAL"},
          std::string{"wal_autocheckpoint=0"}, "max_page_count=" + std::to_string(table_bytes / page_bytes)})
      if (auto done = run("PRAGMA " + pragma); !done)
        return done;
    if (auto made = run("CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, bytes BLOB)"); !made)
      return made;
    readers_.clear();
    readers_.resize(where.blocks->read_lanes());
    for (auto& reader : readers_)
      if (auto opened = connect(reader); !opened)
        return opened;
    if (auto made = prepare(insert_, "INSERT INTO blocks VALUES (?, ?)"); !made)
      return made;
    return prepare(remove_, "DELETE FROM blocks WHERE number < ?");
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned) override {
    const auto batch = std::max<std::uint64_t>(transaction_bytes / stage_.block_bytes, 1);
    for (auto number = first; number < first + count;) {
      const auto end = std::min(number + batch, first + count);
      auto done = put_batch(number, end);
      while (!done.ok() && done.code() == storage::errc::no_space && range_.oldest < range_.next) {
        blocks_max_ = std::max<std::uint64_t>(std::min(blocks_max_, range_.next - range_.oldest) - 1, 1);
        done = put_batch(range_.next, range_.next);
        if (done.ok())
          done = put_batch(number, end);
      }
      if (!done)
        return done;
      number = end;
    }
    return {};
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    return on_lanes(depth, numbers.size(), [&](unsigned lane, std::size_t index) -> result<void> {
      auto* reader = readers_[lane].get();
      sqlite3_blob* blob = nullptr;
      const auto number = static_cast<sqlite3_int64>(numbers[index]);
      const auto opened = ::sqlite3_blob_open(reader, "main", "blocks", "bytes", number, 0, &blob);
      if (opened == SQLITE_ERROR) // "no such rowid"
        return {};
      if (opened != SQLITE_OK)
        return refused(reader, "blob_open");
      const auto into = stage_.blocks->scratch(lane);
      const auto length = std::min<std::size_t>(static_cast<std::size_t>(::sqlite3_blob_bytes(blob)), into.size());
      const auto read = ::sqlite3_blob_read(blob, into.data(), static_cast<int>(length), 0);
      ::sqlite3_blob_close(blob);
      if (read != SQLITE_OK)
        return refused(reader, "blob_read");
      each(numbers[index], into.first(length));
      return {};
    });
  }

  /// Copies the log into the table, both synced, and begins the log anew. Waits for readers of older states.
  result<void> sync() override {
    const auto done = ::sqlite3_wal_checkpoint_v2(writer_.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    return done == SQLITE_OK ? result<void>{} : refused(writer_.get(), "checkpoint");
  }

  result<void> close() override {
    insert_.reset();
    remove_.reset();
    readers_.clear();
    writer_.reset();
    return {};
  }

  std::vector<std::uint64_t> present() const override { return range_.numbers(); }

private:
  [[nodiscard]] result<void> refused(sqlite3* on, const std::string& what) const {
    const auto code = ::sqlite3_errcode(on) == SQLITE_FULL ? storage::errc::no_space : storage::errc::io;
    return {code, stage_.directory + ": SQLite " + what + ": " + ::sqlite3_errmsg(on)};
  }

  result<void> connect(connection& into) {
    sqlite3* opened = nullptr;
    const auto path = stage_.directory + "/blocks.sqlite";
    const auto code = ::sqlite3_open_v2(path.c_str(), &opened,
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    into.reset(opened);
    ::sqlite3_busy_timeout(opened, 60'000);
    return code == SQLITE_OK ? result<void>{} : refused(opened, "open");
  }

  result<void> run(const std::string& text) {
    const auto code = ::sqlite3_exec(writer_.get(), text.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? result<void>{} : refused(writer_.get(), text);
  }

  result<void> prepare(statement& into, const char* text) {
    sqlite3_stmt* made = nullptr;
    const auto code = ::sqlite3_prepare_v2(writer_.get(), text, -1, &made, nullptr);
    into.reset(made);
    return code == SQLITE_OK ? result<void>{} : refused(writer_.get(), text);
  }

  result<void> step(const statement& prepared, const char* what) {
    const auto code = ::sqlite3_step(prepared.get());
    auto outcome = code == SQLITE_DONE ? result<void>{} : refused(writer_.get(), what);
    ::sqlite3_reset(prepared.get());
    return outcome;
  }

  result<void> fill_transaction(std::uint64_t number, std::uint64_t end, std::uint64_t oldest) {
    ::sqlite3_bind_int64(remove_.get(), 1, static_cast<sqlite3_int64>(oldest));
    if (auto removed = step(remove_, "DELETE"); !removed)
      return removed;
    for (; number < end; ++number) {
      const auto bytes = stage_.blocks->stamped(0, number);
      ::sqlite3_bind_int64(insert_.get(), 1, static_cast<sqlite3_int64>(number));
      ::sqlite3_bind_blob64(insert_.get(), 2, bytes.data(), bytes.size(), SQLITE_STATIC);
      if (auto inserted = step(insert_, "INSERT"); !inserted)
        return inserted;
    }
    return run("COMMIT");
  }

  /// Writes `number` to `end - 1` (none: only evicts) and deletes the oldest, in one transaction.
  result<void> put_batch(std::uint64_t number, std::uint64_t end) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun)
      return begun;
    const auto oldest = std::max(range_.oldest, end > blocks_max_ ? end - blocks_max_ : 0);
    auto done = fill_transaction(number, end, oldest);
    if (done.ok())
      range_ = {oldest, end};
    else if (::sqlite3_get_autocommit(writer_.get()) == 0)
      ::sqlite3_exec(writer_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
  }

  stage stage_;
  connection writer_;
  std::vector<connection> readers_; ///< by lane
  statement insert_;
  statement remove_;
  std::uint64_t blocks_max_ = 0;
  number_range range_;
};

} // namespace

void add_sqlite3(contender_list& list) {
  list.entries.push_back({.name = "SQLite blobs", .make = [] { return std::make_unique<sqlite>(); }});
}

} // namespace hearth::bench
