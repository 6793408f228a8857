#include "storage/files_store.hpp"

#include "storage/files_core.hpp"
#include "storage/files_recovery.hpp"
#include "storage/format_file.hpp"

#include <utility>

namespace hearth::storage {

namespace {

constexpr const char* engine_name = "files";
constexpr std::uint32_t format_version = 1;

/// What the host holds: calls go to the core, which its jobs share.
class files_store final : public block_store {
public:
  files_store(std::shared_ptr<files_core> core, std::shared_ptr<io_engine> io)
      : io_(std::move(io)), core_(std::move(core)) {}
  ~files_store() override { core_->close(); }

  void append(std::vector<append_item> batch) override { core_->append(std::move(batch)); }
  void read(std::vector<read_item> batch) override { core_->read(std::move(batch)); }
  std::optional<cold_entry> find(const block_key& key) const override { return core_->find(key); }
  void touch(const block_key& key) override { core_->touch(key); }
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener) override {
    core_->on_reclaimed(std::move(listener));
  }
  bool erase(const block_key& key) override { return core_->erase(key); }
  std::size_t clear(std::optional<namespace_id> name_space) override { return core_->clear(name_space); }
  void sync(std::function<void(result<void>)> done) override { core_->sync(std::move(done)); }
  void sync_soon() override { core_->sync_soon(); }
  result<void> limit(std::uint64_t bytes_max) override { return core_->limit(bytes_max); }
  cold_activity activity() const override { return core_->activity(); }
  cold_ledger ledger(std::optional<namespace_id> name_space) const override { return core_->ledger(name_space); }
  std::uint64_t bytes_in_use() const override { return core_->bytes_in_use(); }
  std::uint64_t bytes_max() const override { return core_->bytes_max(); }
  std::uint64_t record_bytes(std::uint64_t payload_bytes) const override {
    return budget_bytes(block_file_length(payload_bytes));
  }
  bool never_fits(std::uint64_t payload_bytes) const override { return core_->never_fits(payload_bytes); }
  std::vector<block_key> keys() const override { return core_->keys(); }

private:
  std::shared_ptr<io_engine> io_;
  std::shared_ptr<files_core> core_;
};

result<void> validate(const files_store_config& config) {
  if (config.directory.empty())
    return {errc::invalid_argument, "directory: empty; expected the path of a directory that exists"};
  if (config.bytes_max <= files_store_fixed_bytes)
    return {errc::invalid_argument, "bytes_max: found " + std::to_string(config.bytes_max) + ", expected more than " +
                                        std::to_string(files_store_fixed_bytes)};
  if (!config.files || !config.io || !config.namespaces || !config.clock)
    return {errc::invalid_argument, "files, io, namespaces and clock: all of them must be given"};
  return {};
}

/// Marks the directory as a store's, with all that belongs to it. A failure leaves it as it was.
result<void> take_into_use(file_system& files, const std::string& directory, bool has_format) {
  if (!has_format)
    if (auto written = write_format(files, directory, {engine_name, format_version, 0}); !written)
      return written;
  auto made = files.create_directory(directory + "/blocks");
  if (!made && !has_format)
    remove_format(files, directory);
  return made;
}

/// What is left to do once the directory is ours. Takes the lock over when nothing can be refused any more but for
/// files that cannot be removed; until then nothing has been changed.
result<opened_store> open_locked(files_store_config config, std::unique_ptr<directory_lock>& lock) {
  auto& files = *config.files;
  const auto known = check_format(files, config.directory, engine_name, format_version);
  if (!known)
    return known.error();
  auto scanned = scan_blocks(files, config.directory, *config.namespaces);
  if (!scanned)
    return scanned.error();
  auto disk = files.open_sync(scanned->has_directory ? config.directory + "/blocks" : config.directory);
  if (!disk)
    return disk.error();
  if (auto taken = take_into_use(files, config.directory, known->has_value()); !taken)
    return taken.error();
  auto core = std::make_shared<files_core>(config, std::move(lock), std::move(*disk), scanned->next_sequence);
  if (auto adopted = core->adopt(*scanned); !adopted)
    return adopted.error();
  return opened_store{std::make_shared<files_store>(std::move(core), std::move(config.io)), scanned->report};
}

} // namespace

result<std::uint64_t> files_store_bytes(file_system& files, const std::string& directory) {
  const auto entries = files.list(directory + "/blocks");
  if (entries.code() == errc::not_found)
    return std::uint64_t{0};
  if (!entries)
    return entries.error();
  auto bytes = files_store_fixed_bytes;
  for (const auto& entry : *entries)
    if (entry.kind == entry_kind::regular && parse_file_name(entry.name).kind != block_file_kind::foreign)
      bytes += budget_bytes(entry.bytes);
  return bytes;
}

result<opened_store> open_files_store(files_store_config config) {
  if (auto valid = validate(config); !valid)
    return valid.error();
  while (config.directory.size() > 1 && config.directory.ends_with('/'))
    config.directory.pop_back();
  // Before the lock, so that a directory of another engine stays untouched; and again under it, because its owner may
  // have been at work in between.
  if (auto known = check_format(*config.files, config.directory, engine_name, format_version); !known)
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
