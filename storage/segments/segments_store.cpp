#include "storage/segments/segments_store.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/format_file.hpp"
#include "storage/segments/segments_core.hpp"
#include "storage/segments/segments_recovery.hpp"

#include <algorithm>
#include <utility>

namespace hearth::storage {

namespace {

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t common_bytes = 2 * page_size; ///< hearth.format and hearth.lock

result<void> validate(const segments_store_config& config) {
  const auto refuse = [](const std::string& field, std::uint64_t found, const std::string& expected) {
    return failure{errc::invalid_argument, field + ": found " + std::to_string(found) + ", expected " + expected};
  };
  if (config.directory.empty())
    return {errc::invalid_argument, "directory: empty; expected the path of a directory that exists"};
  if (const auto least = segments_fixed_bytes(config); config.bytes_max <= least)
    return refuse("bytes_max", config.bytes_max, "more than " + std::to_string(least));
  if (config.segment_bytes % page_size != 0)
    return refuse("segment_bytes", config.segment_bytes, "a multiple of " + std::to_string(page_size));
  if (config.writes_in_flight < 1 || config.writes_in_flight > 64)
    return refuse("writes_in_flight", config.writes_in_flight, "1 to 64");
  if (config.reappend_percent > 50)
    return refuse("reappend_percent", config.reappend_percent, "0 to 50");
  if (!config.files || !config.io || !config.namespaces || !config.clock)
    return {errc::invalid_argument, "files, io, namespaces and clock: all of them must be given"};
  return {};
}

/// The host's handle of a store. Calls go to the core, which the jobs share; destroying the handle closes the core.
class segments_store final : public block_store {
public:
  segments_store(std::shared_ptr<segments_core> core, std::shared_ptr<io_engine> io)
      : io_(std::move(io)), core_(std::move(core)) {}
  ~segments_store() override { core_->close(); }

  void append(std::vector<append_item> batch) override { core_->append(std::move(batch)); }
  void read(std::vector<read_item> batch) override { core_->read(std::move(batch)); }
  std::optional<cold_entry> find(const block_key& key) const override { return core_->find(key); }
  cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const override {
    return core_->look_up(key, payload_bytes);
  }
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
  std::vector<block_key> keys() const override { return core_->keys(); }

private:
  std::shared_ptr<io_engine> io_;
  std::shared_ptr<segments_core> core_;
};

/// A number that tells the records of this store from those of others: the hash of its directory and creation time.
std::uint64_t new_store_number(const segments_store_config& config) {
  const auto text = config.directory + "\n" + std::to_string(config.clock());
  return checksum(std::as_bytes(std::span{text})) | 1;
}

/// Writes the format file and creates `segments/`, durably. After a failure the directory is unchanged.
result<void> take_into_use(const segments_store_config& config, bool has_format, std::uint64_t store) {
  auto& files = *config.files;
  if (!has_format)
    if (auto written = write_format(files, config.directory, {segments_engine_name, segments_format_version, store});
        !written)
      return written;
  // First the format file: a power cut must not leave segments without the number of their store.
  auto made = files.sync_names(config.directory);
  if (made)
    made = files.create_directory(config.directory + "/segments");
  if (!made && !has_format)
    remove_format(files, config.directory);
  return made ? files.sync_names(config.directory) : made;
}

result<std::optional<store_format>> known_format(const segments_store_config& config) {
  auto known = check_format(*config.files, config.directory, segments_engine_name, segments_format_version);
  if (known && *known && (*known)->store == 0)
    return failure{errc::unsupported, config.directory +
                                          "/hearth.format: found no number of the store, expected a line "
                                          "\"store\" with 16 digits; choose another directory"};
  return known;
}

/// Opens the store under the lock. Takes over `lock` once only a file that cannot be opened or removed can still fail;
/// until then no segment has been changed.
result<opened_store> open_locked(segments_store_config config, std::unique_ptr<directory_lock>& lock) {
  const auto known = known_format(config);
  if (!known)
    return known.error();
  const auto store = known->has_value() ? (*known)->store : new_store_number(config);
  auto found = scan_segments(*config.files, config.directory, store, *config.namespaces, config.on_opening);
  if (!found)
    return found.error();
  if (auto taken = take_into_use(config, known->has_value(), store); !taken)
    return taken.error();
  auto held = config.files->hold(config.directory + "/segments");
  if (!held)
    return held.error();
  const std::shared_ptr<held_directory> place{std::move(*held)};
  auto core = std::make_shared<segments_core>(config, std::move(lock), place, store);
  if (auto adopted = core->adopt(*found); !adopted)
    return adopted.error();
  return opened_store{std::make_shared<segments_store>(std::move(core), std::move(config.io)), found->report, place};
}

} // namespace

std::uint64_t segment_target_bytes(const segments_store_config& config) noexcept {
  if (config.segment_bytes != 0)
    return config.segment_bytes;
  const auto bytes = std::max(std::clamp(config.bytes_max / 16, mebibyte / 16, 256 * mebibyte), config.bytes_max / 512);
  return bytes / page_size * page_size;
}

std::uint32_t segment_records_max(const segments_store_config& config, std::uint64_t record_bytes) noexcept {
  const auto target = segment_target_bytes(config);
  return record_bytes > target / 2 ? 1
                                   : static_cast<std::uint32_t>(std::max<std::uint64_t>(1, target / (2 * page_size)));
}

std::uint64_t recency_entries_max(const segments_store_config& config) noexcept {
  return std::max<std::uint64_t>(512, config.bytes_max / 65'536);
}

std::uint64_t segments_fixed_bytes(const segments_store_config& config) noexcept {
  return common_bytes + segment_index_bytes(segment_records_max(config, 0)) + segment_index_bytes(0) +
         2 * recency_bytes(recency_entries_max(config));
}

segment_shape segment_shape_for(const segments_store_config& config, std::uint64_t record_bytes) noexcept {
  const auto records_max = segment_records_max(config, record_bytes);
  return {records_max == 1 ? record_bytes : segment_target_bytes(config) / record_bytes * record_bytes, records_max};
}

std::uint64_t segment_charge(const segments_store_config& config, std::uint64_t payload_bytes) noexcept {
  return segment_shape_for(config, segment_record_bytes(payload_bytes)).charge();
}

result<std::uint64_t> segments_store_bytes(file_system& files, const std::string& directory) {
  const auto entries = files.list(directory + "/segments");
  if (entries.code() == errc::not_found)
    return std::uint64_t{0};
  if (!entries)
    return entries.error();
  segments_store_config held;
  std::uint64_t segments = 0;
  for (const auto& entry : *entries) {
    const auto name = parse_segment_name(entry.name);
    if (entry.kind != entry_kind::regular || name.kind != segment_file_kind::data)
      continue;
    const auto room =
        read_records_max(files, directory + "/segments/" + to_string(name.slot, segment_file_kind::index));
    segments += segment_shape{entry.bytes / page_size * page_size, room.ok() ? *room : 1}.charge();
  }
  if (segments == 0)
    return common_bytes;
  held.bytes_max = segments;
  held.bytes_max += segments_fixed_bytes(held); // the fixed part depends on the sum: two steps are accurate enough
  return segments + segments_fixed_bytes(held);
}

result<opened_store> open_segments_store(segments_store_config config) {
  if (auto valid = validate(config); !valid)
    return valid.error();
  while (config.directory.size() > 1 && config.directory.ends_with('/'))
    config.directory.pop_back();
  // Checks before the lock, so that a foreign directory stays untouched; and again under it, because the previous owner
  // may have changed the directory in between.
  if (auto known = known_format(config); !known)
    return known.error();
  auto lock = config.files->lock(config.directory + "/hearth.lock");
  if (!lock)
    return lock.error();
  auto opened = open_locked(std::move(config), *lock);
  if (*lock) // the store has not taken it over
    (*lock)->withdraw();
  return opened;
}

} // namespace hearth::storage
