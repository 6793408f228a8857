#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/files/files_store.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hearth::storage {

/// What the host holds of a store: calls go to the core, which its jobs share; when the host lets go the core is
/// closed.
template <class Core>
class store_handle final : public block_store {
public:
  store_handle(std::shared_ptr<Core> core, std::shared_ptr<io_engine> io)
      : io_(std::move(io)), core_(std::move(core)) {}
  ~store_handle() override { core_->close(); }

  void append(std::vector<append_item> batch) override { core_->append(std::move(batch)); }
  void read(std::vector<read_item> batch) override { core_->read(std::move(batch)); }
  std::optional<cold_entry> find(const block_key& key) const override { return core_->find(key); }
  void touch(const block_key& key) override { core_->touch(key); }
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener) override {
    core_->on_reclaimed(std::move(listener));
  }
  bool erase(const block_key& key) override { return core_->erase(key); }
  std::size_t clear(std::optional<namespace_id> name_space) override { return core_->clear(name_space); }
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) override {
    core_->erase_unless(stays);
  }
  std::vector<abandoned_block> abandon() override { return core_->abandon(); }
  void sync(std::function<void(result<void>)> done) override { core_->sync(std::move(done)); }
  void sync_soon() override { core_->sync_soon(); }
  result<void> limit(std::uint64_t bytes_max) override { return core_->limit(bytes_max); }
  cold_activity activity() const override { return core_->activity(); }
  cold_ledger ledger(std::optional<namespace_id> name_space) const override { return core_->ledger(name_space); }
  std::uint64_t bytes_in_use() const override { return core_->bytes_in_use(); }
  std::uint64_t bytes_max() const override { return core_->bytes_max(); }
  std::uint64_t record_bytes(std::uint64_t payload_bytes) const override { return Core::record_bytes(payload_bytes); }
  bool never_fits(std::uint64_t payload_bytes) const override { return core_->never_fits(payload_bytes); }
  std::vector<block_key> keys() const override { return core_->keys(); }

private:
  std::shared_ptr<io_engine> io_;
  std::shared_ptr<Core> core_;
};

/// Opens a directory under its lock. `check_format(config)` refuses a directory that is not this engine's, before the
/// lock, so that it stays untouched; `open_locked(config, lock)` checks again, because the directory's owner may have
/// been at work in between, and takes the lock over when nothing can be refused any more.
template <class Config, class Check, class Open>
result<opened_store> open_under_lock(Config config, Check check_format, Open open_locked) {
  while (config.directory.size() > 1 && config.directory.ends_with('/'))
    config.directory.pop_back();
  if (auto known = check_format(config); !known)
    return known.error();
  auto lock = config.files->lock(config.directory + "/hearth.lock");
  if (!lock)
    return lock.error();
  auto opened = open_locked(std::move(config), *lock);
  if (*lock) // it has not been taken over
    (*lock)->withdraw();
  return opened;
}

} // namespace hearth::storage
