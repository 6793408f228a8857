#include "storage/segments/segments_recovery.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/format_file.hpp"
#include "storage/format/page.hpp"
#include "storage/format/whole_file.hpp"
#include "storage/hex.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/segments/segment_tail.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>

namespace hearth::storage {

namespace {

constexpr std::size_t slot_digits = 8;
constexpr std::string_view unfinished_suffix = ".writing";

/// Longest wait for the writes of a process that died. A working disk writes a few GiB in this time.
constexpr std::chrono::seconds patience_for_writes{60};

std::string_view suffix(segment_file_kind kind) { return kind == segment_file_kind::data ? ".segment" : ".index"; }

/// The files of one slot.
struct slot_files {
  std::optional<std::uint64_t> data_bytes;
  bool has_index = false;
};

/// Reads one slot after the other and collects the results of recovery.
class scan {
public:
  scan(file_system& files, std::string folder, std::uint64_t store, namespace_table& namespaces)
      : files_(files), folder_(std::move(folder)), store_(store), namespaces_(namespaces) {}

  result<void> list() {
    const auto entries = files_.list(folder_);
    if (!entries)
      return entries.error();
    for (const auto& entry : *entries)
      note(entry);
    return {};
  }

  result<void> visit_all(const opening_progress& progress) {
    std::size_t done = 0;
    const std::set<std::uint32_t> taken{found_.taken.begin(), found_.taken.end()};
    for (const auto& [slot, of] : slots_) {
      if (progress)
        progress(done++, slots_.size());
      if (taken.contains(slot))
        continue;                                       // one file of the slot is foreign: the other is left alone
      if (!of.data_bytes || *of.data_bytes < page_size) // no data, or less than a page
        remove(slot, of);
      else if (auto visited = visit(slot, of); !visited)
        return visited;
    }
    if (progress)
      progress(done, slots_.size());
    return {};
  }

  segments_found finish() {
    for (auto& segment : found_.segments)
      segment.index_stale = stale_.contains(segment.slot);
    order_by_use();
    found_.report.recovered = found_.blocks.size();
    return std::move(found_);
  }

private:
  void note(const directory_entry& entry) {
    const auto told = tell_segment_entry(entry);
    switch (told.kind) {
    case segment_entry_kind::foreign:
      ++found_.report.foreign;
      if (told.slot)
        found_.taken.push_back(*told.slot);
      break;
    case segment_entry_kind::unfinished:
      ++found_.report.unfinished;
      found_.useless.push_back(entry.name);
      break;
    case segment_entry_kind::data: slots_[*told.slot].data_bytes = entry.bytes; break;
    case segment_entry_kind::index: slots_[*told.slot].has_index = true; break;
    case segment_entry_kind::recency: break;
    }
  }

  /// Lists the files of a slot for removal, the index first.
  void remove(std::uint32_t slot, const slot_files& of) {
    if (of.has_index)
      found_.useless.push_back(to_string(slot, segment_file_kind::index));
    if (of.data_bytes)
      found_.useless.push_back(to_string(slot, segment_file_kind::data));
  }

  result<void> visit(std::uint32_t slot, const slot_files& of) {
    found_segment segment;
    segment.slot = slot;
    segment.bytes = *of.data_bytes / page_size * page_size;
    auto index = read_segment_index(files_, folder_ + to_string(slot, segment_file_kind::index));
    if (index.code() == errc::not_found || index.code() == errc::corrupt) {
      // Without its index the generation of the data is unknown. If the file were recycled under a generation that is
      // assigned again, its old records could be mistaken for new ones: it is removed.
      ++(index.code() == errc::not_found ? found_.report.unfinished : found_.report.damaged);
      remove(slot, of);
      return {};
    }
    if (!index)
      return index.error();
    if (index->store != store_ || index->slot != slot) { // copied from another store, or renamed
      ++found_.report.foreign;
      found_.taken.push_back(slot);
      return {};
    }
    segment.generation = index->generation;
    segment.records_max = std::max<std::uint32_t>(1, index->records_max);
    segment.cursor = std::min(index->covered_bytes, segment.bytes);
    segment.records = static_cast<std::uint32_t>(index->entries.size());
    segment.sealed = index->sealed;
    found_.next_generation = std::max(found_.next_generation, index->generation + 1);
    if (auto taken = take_entries(*index, segment); !taken)
      return taken;
    if (!segment.sealed)
      if (auto read = read_tail(segment); !read)
        return read;
    found_.segments.push_back(segment);
    return {};
  }

  result<void> take_entries(const segment_index& index, const found_segment& segment) {
    std::vector<namespace_id> ids;
    for (const auto& name : index.names) {
      const auto id = namespaces_.intern(name);
      if (!id) // the table is full: an index with an invalid name would have been damaged
        return failure{id.code(),
                       folder_ + to_string(segment.slot, segment_file_kind::index) + ": " + id.error().context};
      ids.push_back(*id);
    }
    for (const auto& entry : index.entries) {
      if (entry.offset + segment_record_bytes(entry.payload_bytes) > segment.bytes) {
        ++found_.report.damaged; // the file is shorter than its index says
        continue;
      }
      keep({entry.key, ids[entry.name], entry.sequence, entry.payload_bytes, segment.slot,
            static_cast<std::uint32_t>(entry.offset / page_size)},
           segment.generation);
    }
    return {};
  }

  /// Reads the records written since the index, one by one, with their payloads. First waits for writes that the
  /// previous owner left in flight: a write that lands later would bring back a block that recovery did not find, or
  /// overwrite the next record at its place. Sealed segments have no writes in flight.
  result<void> read_tail(found_segment& segment) {
    const auto path = folder_ + to_string(segment.slot, segment_file_kind::data);
    if (auto ended = files_.await_writers(path, patience_for_writes); !ended)
      return ended;
    const record_place start{store_, segment.slot, segment.generation, segment.cursor};
    auto tail = read_segment_tail(files_, path, start, segment.bytes);
    if (!tail)
      return tail.error();
    found_.report.damaged += tail->torn.size();
    segment.cursor = tail->end;
    segment.records += static_cast<std::uint32_t>(tail->records.size() + tail->torn.size());
    for (const auto& record : tail->records) {
      const auto id = namespaces_.intern(record.block.name_space);
      if (id.code() == errc::overloaded)
        return failure{errc::overloaded, path + ": " + id.error().context};
      if (!id) {
        ++found_.report.damaged;
        continue;
      }
      keep({record.block.key, *id, record.sequence, record.block.payload_bytes, segment.slot,
            static_cast<std::uint32_t>(record.place.offset / page_size)},
           segment.generation);
    }
    return {};
  }

  /// Keeps one record per key: the highest sequence; of a block and its copy, which have the same sequence, the one of
  /// the later generation.
  void keep(const found_block& block, std::uint64_t generation) {
    found_.next_sequence = std::max(found_.next_sequence, block.sequence + 1);
    const auto [at, added] = by_key_.try_emplace(block.key, found_.blocks.size(), generation);
    if (added) {
      found_.blocks.push_back(block);
      return;
    }
    auto& kept = found_.blocks[at->second.first];
    ++found_.report.replaced;
    const bool later = std::pair{block.sequence, generation} > std::pair{kept.sequence, at->second.second};
    stale_.insert(later ? kept.slot : block.slot);
    if (later) {
      kept = block;
      at->second.second = generation;
    }
  }

  /// Orders the blocks by the recency snapshot. A block that is not in it is either later than all of it, or was left
  /// out as less recent.
  void order_by_use() {
    const auto recency = read_recency(files_, folder_ + recency_name, store_);
    std::unordered_map<std::uint64_t, std::uint64_t> rank(recency.size());
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < recency.size(); ++i) {
      rank[recency[i]] = i + 1; // of two positions the last counts
      last = std::max(last, recency[i]);
    }
    const auto place = [&](const found_block& block) {
      const auto known = rank.find(block.sequence);
      const auto at = known != rank.end() ? known->second : block.sequence <= last ? 0 : recency.size() + 1;
      return std::pair{at, block.sequence};
    };
    std::vector<std::pair<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t>> order;
    order.reserve(found_.blocks.size());
    for (std::uint32_t i = 0; i < found_.blocks.size(); ++i)
      order.push_back({place(found_.blocks[i]), i});
    std::sort(order.begin(), order.end());
    std::vector<found_block> sorted;
    sorted.reserve(order.size());
    for (const auto& [at, i] : order)
      sorted.push_back(found_.blocks[i]);
    found_.blocks = std::move(sorted);
  }

  file_system& files_;
  std::string folder_;
  std::uint64_t store_;
  namespace_table& namespaces_;
  std::map<std::uint32_t, slot_files> slots_;
  /// Index in `found_.blocks`, generation.
  std::unordered_map<block_key, std::pair<std::size_t, std::uint64_t>, block_key_hash> by_key_;
  std::set<std::uint32_t> stale_; ///< slots whose index lists a record that has been replaced
  segments_found found_;
};

} // namespace

std::string to_string(std::uint32_t slot, segment_file_kind kind) {
  return to_hex(slot, slot_digits).append(suffix(kind));
}

parsed_segment_name parse_segment_name(std::string_view text) {
  parsed_segment_name parsed;
  const auto digits = text.substr(0, slot_digits);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.slot, 16);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return {};
  for (const auto kind : {segment_file_kind::data, segment_file_kind::index})
    if (to_string(parsed.slot, kind) == text)
      parsed.kind = kind;
  return parsed.kind == segment_file_kind::foreign ? parsed_segment_name{} : parsed;
}

segment_entry tell_segment_entry(const directory_entry& entry) {
  std::string_view name = entry.name;
  const bool unfinished = name.ends_with(unfinished_suffix);
  if (unfinished)
    name.remove_suffix(unfinished_suffix.size());
  const auto parsed = parse_segment_name(name);
  const bool has_slot = parsed.kind != segment_file_kind::foreign;
  segment_entry told;
  if (has_slot)
    told.slot = parsed.slot;
  if (entry.kind != entry_kind::regular || (!has_slot && name != recency_name) ||
      (unfinished && parsed.kind == segment_file_kind::data)) // a segment is created under its final name
    told.kind = segment_entry_kind::foreign;
  else if (unfinished)
    told.kind = segment_entry_kind::unfinished;
  else
    told.kind = !has_slot                                ? segment_entry_kind::recency
                : parsed.kind == segment_file_kind::data ? segment_entry_kind::data
                                                         : segment_entry_kind::index;
  return told;
}

result<segments_found> scan_segments(file_system& files, const std::string& directory, std::uint64_t store,
                                     namespace_table& namespaces, const opening_progress& progress) {
  const auto names = files.list(directory);
  if (!names)
    return names.error();
  scan found{files, directory + "/segments/", store, namespaces};
  std::uint64_t foreign = 0;
  bool has_segments = false;
  for (const auto& entry : *names) {
    foreign += entry.name == "segments" || is_common_name(entry.name) ? 0 : 1;
    if (entry.name == "segments" && entry.kind != entry_kind::directory)
      return failure{errc::invalid_argument,
                     directory + "/segments: found a link or a file, expected a directory; move it away"};
    has_segments = has_segments || entry.name == "segments";
  }
  if (has_segments)
    if (auto listed = found.list(); !listed)
      return listed.error();
  if (auto visited = found.visit_all(progress); !visited)
    return visited.error();
  auto scanned = found.finish();
  scanned.report.foreign += foreign;
  return scanned;
}

} // namespace hearth::storage
