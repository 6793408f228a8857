#include "storage/files/files_store.hpp"

#include "storage/cold/store_handle.hpp"
#include "storage/files/files_core.hpp"
#include "storage/files/files_recovery.hpp"
#include "storage/format/format_file.hpp"

#include <utility>

namespace hearth::storage {

namespace {

constexpr const char* engine_name = "files";
constexpr std::uint32_t format_version = 1;

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

result<std::optional<store_format>> known_format(const files_store_config& config) {
  return check_format(*config.files, config.directory, engine_name, format_version);
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
  const auto known = known_format(config);
  if (!known)
    return known.error();
  auto scanned = scan_blocks(files, config.directory, *config.namespaces, config.on_opening);
  if (!scanned)
    return scanned.error();
  auto disk = files.open_sync(scanned->has_directory ? config.directory + "/blocks" : config.directory);
  if (!disk)
    return disk.error();
  if (auto taken = take_into_use(files, config.directory, known->has_value()); !taken)
    return taken.error();
  auto held = files.hold(config.directory + "/blocks");
  if (!held)
    return held.error();
  const std::shared_ptr<held_directory> place{std::move(*held)};
  auto core = std::make_shared<files_core>(config, std::move(lock), place, std::move(*disk), scanned->next_sequence);
  if (auto adopted = core->adopt(*scanned); !adopted)
    return adopted.error();
  return opened_store{std::make_shared<store_handle<files_core>>(std::move(core), std::move(config.io)),
                      scanned->report, place};
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
  return open_under_lock(std::move(config), known_format, open_locked);
}

} // namespace hearth::storage
