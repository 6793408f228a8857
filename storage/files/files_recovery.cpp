#include "storage/files/files_recovery.hpp"

#include "storage/files/block_file.hpp"
#include "storage/format/format_file.hpp"
#include "storage/format/record_header.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

namespace hearth::storage {

namespace {

/// Looks at one name after the other and keeps what recovery needs to know of it.
class scan {
public:
  scan(file_system& files, std::string blocks, namespace_table& namespaces)
      : files_(files), blocks_(std::move(blocks)), namespaces_(namespaces) {}

  result<void> visit(const directory_entry& entry) {
    const auto parsed = parse_file_name(entry.name);
    if (entry.kind != entry_kind::regular || parsed.kind == block_file_kind::foreign) {
      ++found_.report.foreign;
      return {};
    }
    found_.next_sequence = std::max(found_.next_sequence, parsed.name.sequence + 1);
    if (parsed.kind == block_file_kind::unfinished) {
      ++found_.report.unfinished;
      return discard(entry.name, entry.bytes);
    }
    auto record = read(entry, parsed.name);
    if (!record)
      return record.error();
    if (*record != nullptr)
      return keep(std::move(*record));
    ++found_.report.damaged;
    return discard(entry.name, entry.bytes);
  }

  scanned_blocks finish() {
    for (auto& [key, record] : by_key_)
      found_.blocks.push_back(std::move(record));
    std::sort(found_.blocks.begin(), found_.blocks.end(), [](const auto& a, const auto& b) {
      return std::tie(a->last_use_ns, a->sequence, a->key) < std::tie(b->last_use_ns, b->sequence, b->key);
    });
    // Merged directories, or times that a copy flattened, hold one time often: the index needs each to be later.
    for (std::size_t i = 1; i < found_.blocks.size(); ++i)
      found_.blocks[i]->last_use_ns = std::max(found_.blocks[i]->last_use_ns, found_.blocks[i - 1]->last_use_ns + 1);
    found_.report.recovered = found_.blocks.size();
    return std::move(found_);
  }

private:
  result<void> discard(std::string name, std::uint64_t bytes) {
    found_.useless.push_back({std::move(name), bytes});
    return {};
  }

  /// Two files of one key: a replacement whose last step, removing the old file, did not happen any more.
  result<void> keep(std::shared_ptr<cold_record> record) {
    auto& kept = by_key_[record->key];
    if (kept == nullptr || kept->sequence < record->sequence)
      std::swap(kept, record);
    if (record == nullptr)
      return {};
    ++found_.report.replaced;
    return discard(to_string({record->sequence, record->key}, block_file_kind::complete),
                   block_file_length(record->payload_bytes));
  }

  /// The record, or nullptr if the file is damaged.
  result<std::shared_ptr<cold_record>> read(const directory_entry& entry, const block_file_name& name) {
    const std::shared_ptr<cold_record> none;
    const auto path = blocks_ + entry.name;
    auto opened = open_block_file(files_, path);
    if (opened.code() == errc::corrupt)
      return none;
    if (!opened)
      return opened.error();
    header_bytes bytes{};
    const auto got = (*opened)->read(0, bytes);
    if (!got)
      return got.error();
    const auto header = decode(std::span{bytes}.first(*got));
    if (header.code() == errc::unsupported)
      return failure{errc::unsupported, path + ": " + header.error().context};
    if (!header || header->key != name.key || block_file_length(header->payload_bytes) != entry.bytes)
      return none;
    const auto id = namespaces_.intern(header->name_space);
    if (id.code() == errc::overloaded)
      return failure{errc::overloaded, path + ": " + id.error().context};
    if (!id)
      return none;
    auto record = std::make_shared<cold_record>();
    record->key = name.key;
    record->name_space = *id;
    record->payload_bytes = header->payload_bytes;
    record->disk_bytes = budget_bytes(entry.bytes);
    record->sequence = name.sequence;
    // Anybody can set a file's time: none may be so late that no later one is left.
    record->last_use_ns = std::min(entry.last_use_ns, std::numeric_limits<std::int64_t>::max() / 2);
    return record;
  }

  file_system& files_;
  std::string blocks_;
  namespace_table& namespaces_;
  std::unordered_map<block_key, std::shared_ptr<cold_record>, block_key_hash> by_key_;
  scanned_blocks found_;
};

} // namespace

result<scanned_blocks> scan_blocks(file_system& files, const std::string& directory, namespace_table& namespaces,
                                   const opening_progress& progress) {
  const auto names = files.list(directory);
  if (!names)
    return names.error();
  scan found{files, directory + "/blocks/", namespaces};
  std::uint64_t foreign = 0;
  bool has_blocks = false;
  for (const auto& entry : *names) {
    foreign += entry.name == "blocks" || is_common_name(entry.name) ? 0 : 1;
    if (entry.name == "blocks" && entry.kind != entry_kind::directory)
      return failure{errc::invalid_argument,
                     directory + "/blocks: found a link or a file, expected a directory; move it away"};
    has_blocks = has_blocks || entry.name == "blocks";
  }
  auto entries = has_blocks ? files.list(directory + "/blocks") : std::vector<directory_entry>{};
  if (!entries)
    return entries.error();
  std::size_t done = 0;
  for (const auto& entry : *entries) {
    if (progress)
      progress(done++, entries->size());
    if (auto seen = found.visit(entry); !seen)
      return seen.error();
  }
  if (progress)
    progress(done, entries->size());
  auto scanned = found.finish();
  scanned.report.foreign += foreign;
  scanned.has_directory = has_blocks;
  return scanned;
}

} // namespace hearth::storage
