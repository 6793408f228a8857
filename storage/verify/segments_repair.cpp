#include "storage/verify/segments_repair.hpp"

#include "storage/segments/segment_tail.hpp"
#include "storage/verify/damaged_folder.hpp"
#include "storage/verify/segment_salvage.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace hearth::storage {

namespace {

/// Action on a slot after all copies are durable.
enum class slot_repair : std::uint8_t { rewrite, salvage, drop_index };

/// Builds an index, record by record.
class index_builder {
public:
  explicit index_builder(segment_index start) : index_(std::move(start)) {
    index_.names.clear();
    index_.entries.clear();
  }

  void add(segment_index_entry entry, const std::string& name_space) {
    const auto [at, added] = names_.emplace(name_space, static_cast<std::uint16_t>(index_.names.size()));
    if (added)
      index_.names.push_back(name_space);
    entry.name = at->second;
    index_.entries.push_back(entry);
  }

  void add(const segment_record& record) {
    const auto& block = record.block;
    add({block.key, record.sequence, record.place.offset, block.payload_bytes, 0, record.priority, record.flags,
         record.expiry_ns},
        block.name_space);
  }

  [[nodiscard]] const segment_index& finish() {
    index_.records_max = std::max(index_.records_max, static_cast<std::uint32_t>(index_.entries.size()));
    return index_;
  }

private:
  segment_index index_;
  std::map<std::string, std::uint16_t> names_;
};

class segments_repair {
public:
  segments_repair(verify_run& run, const segments_checked& checked)
      : run_(run), checked_(checked), aside_(run.files, run.directory) {}

  result<void> all() {
    if (auto opened = aside_.open(); !opened)
      return opened;
    auto& findings = run_.report.findings;
    std::map<std::size_t, std::string> done; // by finding; reported only after the slot has been changed
    for (std::size_t i = 0; i < findings.size(); ++i) {
      if (!is_damage(findings[i].kind))
        continue;
      if (run_.stopped())
        return {};
      auto kept = put_aside(findings[i]);
      if (!kept)
        return kept.error();
      done.emplace(i, std::move(*kept));
    }
    if (auto synced = aside_.sync(); !synced)
      return synced;
    auto changed = change_slots();
    for (auto& [i, text] : done) // also for slots that were changed before another slot failed
      if (changed_.contains(name_of(findings[i])))
        findings[i].repair = std::move(text);
    return changed;
  }

private:
  /// The slot as in file names, or "recency".
  static std::string name_of(const finding& what) {
    const auto name = what.file.substr(what.file.rfind('/') + 1);
    return name.substr(0, name.find('.'));
  }

  /// Copies the damaged bytes of the finding and notes the action on its slot. Returns the text that describes the
  /// repair.
  result<std::string> put_aside(const finding& what) {
    const auto name = name_of(what);
    const auto slot = parse_segment_name(what.file.substr(what.file.rfind('/') + 1)).slot;
    if (what.kind == finding_kind::recency) {
      drop_recency_ = true;
      return kept(aside_.keep_copy(what, recency_name, ".bin"), "; the next sync writes another");
    }
    if (what.kind == finding_kind::no_index) {
      to_do_[slot] = slot_repair::salvage;
      return std::string{"what is whole is listed again"};
    }
    if (what.kind == finding_kind::index || what.kind == finding_kind::no_segment) {
      const bool salvage = what.kind == finding_kind::index;
      to_do_[slot] = salvage ? slot_repair::salvage : slot_repair::drop_index;
      return kept(aside_.keep_copy(what, name, ".index"),
                  salvage ? "; what is whole in its segment is listed again" : "");
    }
    to_do_.emplace(slot, slot_repair::rewrite);
    if (what.bytes == 0)
      return std::string{"its index says so now"};
    bad_places_.emplace(slot, what.offset);
    if (what.key && what.kind != finding_kind::torn)
      gone_.insert(*what.key);
    return kept(aside_.keep_copy(what, name + "-" + std::to_string(what.offset), ".bin"), "; taken out of the index");
  }

  static result<std::string> kept(const result<std::string>& name, const std::string& more) {
    return name ? result<std::string>{"kept as " + *name + more} : name;
  }

  result<void> change_slots() {
    for (const auto& [key, slot] : checked_.hidden)
      if (gone_.contains(key))
        to_do_.emplace(slot, slot_repair::rewrite);
    auto& files = run_.files;
    for (const auto& [slot, what] : to_do_) {
      const auto done = what == slot_repair::rewrite   ? rewrite(slot)
                        : what == slot_repair::salvage ? salvage(slot)
                                                       : files.remove(path(slot, segment_file_kind::index));
      if (!done)
        return done;
      changed_.insert(to_string(slot, segment_file_kind::data).substr(0, 8));
    }
    if (drop_recency_) {
      if (auto removed = files.remove(run_.directory + "/segments/" + recency_name); !removed)
        return removed;
      changed_.insert(recency_name);
    }
    return files.sync_names(run_.directory + "/segments");
  }

  /// Rewrites the index, which then lists only the undamaged blocks that recovery presents.
  result<void> rewrite(std::uint32_t slot) {
    const auto index = read_segment_index(run_.files, path(slot, segment_file_kind::index));
    if (!index)
      return index.error();
    auto opened = run_.files.open(path(slot, segment_file_kind::data), open_mode::read_write);
    if (!opened)
      return opened.error();
    const auto length = (*opened)->size();
    if (!length)
      return length.error();
    auto changed = *index;
    changed.segment_bytes = *length / page_size * page_size;
    changed.covered_bytes = std::min(index->covered_bytes, changed.segment_bytes);
    segment_tail tail;
    if (!index->sealed) {
      const record_place start{run_.store, slot, index->generation, changed.covered_bytes};
      auto found = read_segment_tail(run_.files, path(slot, segment_file_kind::data), start, changed.segment_bytes);
      if (!found)
        return found.error();
      tail = std::move(*found);
      changed.covered_bytes = std::max(changed.covered_bytes, tail.end);
      if (auto synced = (*opened)->sync(); !synced) // data first, then the index that lists it
        return synced;
    }
    const auto blocks = checked_.blocks_in(slot);
    index_builder built{std::move(changed)};
    for (const auto& entry : index->entries)
      if (stays(blocks, slot, entry.offset))
        built.add(entry, index->names[entry.name]);
    for (const auto& record : tail.records)
      if (stays(blocks, slot, record.place.offset))
        built.add(record);
    return write_segment_index(run_.files, path(slot, segment_file_kind::index), built.finish());
  }

  [[nodiscard]] bool stays(std::span<const found_block> blocks, std::uint32_t slot, std::uint64_t offset) const {
    return block_at(blocks, offset) != nullptr && !bad_places_.contains({slot, offset});
  }

  /// Lists the records of a segment whose index is lost. Only on request, never by recovery, because blocks can come
  /// back: erased blocks, which the lost index may have left out; and reclaimed blocks, if the segment had a new
  /// generation but no record of it yet. All listed records are whole and contain their own keys, so no wrong byte is
  /// ever served; but an owner who needs blocks erased has to erase them again.
  result<void> salvage(std::uint32_t slot) {
    auto opened = run_.files.open(path(slot, segment_file_kind::data), open_mode::read_write);
    if (!opened)
      return opened.error();
    const auto length = (*opened)->size();
    if (!length)
      return length.error();
    const auto bytes = *length / page_size * page_size;
    auto window = segment_window::open(run_.files, path(slot, segment_file_kind::data), bytes);
    if (!window)
      return window.error();
    const auto found = salvage_segment(*window, run_.store, slot, bytes, [] { return false; });
    if (!found)
      return found.error();
    const auto index = path(slot, segment_file_kind::index);
    if (found->records.empty()) {
      const auto removed = run_.files.remove(index); // recovery treats a segment without an index as empty
      return removed.code() == errc::not_found ? result<void>{} : removed;
    }
    if (auto synced = (*opened)->sync(); !synced)
      return synced;
    const auto records_max = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, bytes / (2 * page_size)));
    index_builder built{{run_.store, slot, found->generation, bytes, bytes, records_max, true, {}, {}}};
    for (const auto& record : found->records) {
      if (gone_.contains(record.block.key) || !run_.namespaces.intern(record.block.name_space))
        continue;
      built.add(record);
      ++run_.report.salvaged;
    }
    return write_segment_index(run_.files, index, built.finish());
  }

  [[nodiscard]] std::string path(std::uint32_t slot, segment_file_kind kind) const {
    return run_.directory + "/" + segment_path(slot, kind);
  }

  verify_run& run_;
  const segments_checked& checked_;
  damaged_folder aside_;
  std::map<std::uint32_t, slot_repair> to_do_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> bad_places_; ///< slot and offset
  std::unordered_set<block_key, block_key_hash> gone_; ///< keys taken out: their older records must not come back
  std::set<std::string> changed_;                      ///< by `name_of`
  bool drop_recency_ = false;
};

} // namespace

void repair_segments(verify_run& run, const segments_checked& checked) {
  if (auto repaired = segments_repair{run, checked}.all(); !repaired)
    run.report.repair_failure = repaired.error();
}

} // namespace hearth::storage
