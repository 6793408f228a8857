#include "storage/verify/segments_verify.hpp"

#include "storage/segments/segment_tail.hpp"
#include "storage/verify/segment_check.hpp"
#include "storage/verify/segment_salvage.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace hearth::storage {

namespace {

constexpr const char* segments_folder = "segments/";

/// The files of one slot.
struct verified_slot {
  std::optional<std::uint64_t> data_bytes;
  std::optional<std::uint64_t> index_bytes;

  /// Length of the segment in whole pages.
  [[nodiscard]] std::uint64_t segment_bytes() const { return data_bytes.value_or(0) / page_size * page_size; }
};

std::string number(std::uint64_t value) { return std::to_string(value); }

/// Verifies one slot after the other.
class segments_check {
public:
  explicit segments_check(verify_run& run) : run_(run), report_(run.report) {}

  result<segments_checked> check_all() {
    auto found = scan_segments(run_.files, run_.directory, run_.store, run_.namespaces);
    if (!found)
      return found.error();
    checked_.found = std::move(*found);
    auto& blocks = checked_.found.blocks;
    std::sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) {
      return std::pair{a.slot, a.page} < std::pair{b.slot, b.page};
    });
    for (const auto& block : blocks)
      run_.expect(segment_record_bytes(block.payload_bytes));
    report_.replaced = checked_.found.report.replaced;
    if (auto listed = list(); !listed)
      return listed.error();
    for (const auto& [slot, of] : slots_) {
      if (run_.stopped())
        return std::move(checked_);
      if (auto visited = visit(slot, of); !visited)
        return visited.error();
    }
    check_recency_snapshot();
    return std::move(checked_);
  }

private:
  result<void> list() {
    const auto entries = run_.files.list(run_.directory + "/segments");
    if (entries.code() == errc::not_found)
      return {};
    if (!entries)
      return entries.error();
    for (const auto& entry : *entries) {
      const auto told = tell_segment_entry(entry);
      switch (told.kind) {
      case segment_entry_kind::foreign:
        run_.note(finding_kind::foreign, segments_folder + entry.name, "a name that is not ours, or no regular file",
                  "nothing");
        break;
      case segment_entry_kind::unfinished:
        run_.note(finding_kind::unfinished, segments_folder + entry.name, "a write that never ended", "nothing");
        break;
      case segment_entry_kind::data: slots_[*told.slot].data_bytes = entry.bytes; break;
      case segment_entry_kind::index: slots_[*told.slot].index_bytes = entry.bytes; break;
      case segment_entry_kind::recency: break;
      }
    }
    return {};
  }

  result<void> visit(std::uint32_t slot, const verified_slot& of) {
    const auto before = report_.damaged();
    verified_part part;
    part.name = to_string(slot, segment_file_kind::data).substr(0, 8);
    part.bytes = of.data_bytes.value_or(0);
    const auto path = segment_path(slot, segment_file_kind::index);
    const auto index = read_segment_index(run_.files, run_.directory + "/" + path);
    run_.read(of.index_bytes.value_or(0));
    result<void> done;
    if (index && (index->store != run_.store || index->slot != slot)) {
      part.index = index_state::foreign;
      run_.note(finding_kind::foreign, path, "store " + to_hex(index->store) + ", slot " + number(index->slot),
                "store " + to_hex(run_.store) + ", slot " + number(slot));
    } else if (of.segment_bytes() == 0) {
      without_segment(part, slot, of, index ? &*index : nullptr);
    } else if (index) {
      done = check_segment(part, *index, of);
    } else if (index.code() == errc::not_found || index.code() == errc::corrupt ||
               index.code() == errc::invalid_argument) {
      done = without_index(part, slot, of, index.error());
    } else {
      return index.error();
    }
    part.damaged = report_.damaged() - before;
    report_.parts.push_back(std::move(part));
    return done;
  }

  void without_segment(verified_part& part, std::uint32_t slot, const verified_slot& of, const segment_index* index) {
    const auto path = segment_path(slot, segment_file_kind::index);
    if (index != nullptr && !index->entries.empty()) {
      part.index = index->sealed ? index_state::sealed : index_state::open;
      part.generation = index->generation;
      part.listed = index->entries.size();
      run_.note(finding_kind::no_segment, path,
                of.data_bytes ? "a segment of " + number(*of.data_bytes) + " bytes" : "no segment",
                "a segment of " + number(index->segment_bytes) + " bytes with " + number(part.listed) + " records");
      return;
    }
    part.index = index != nullptr ? index_state::open : index_state::missing;
    run_.note(finding_kind::unfinished, of.data_bytes ? segment_path(slot, segment_file_kind::data) : path,
              "a segment that is being made or removed", "index and segment, or none of them");
  }

  /// Recovery presents no block of this segment; reports the records that a repair would list again.
  result<void> without_index(verified_part& part, std::uint32_t slot, const verified_slot& of, const failure& reason) {
    const bool missing = reason.code == errc::not_found;
    part.index = missing ? index_state::missing : index_state::damaged;
    const auto path = segment_path(slot, segment_file_kind::data);
    auto bytes = run_.open(path, of.segment_bytes());
    if (!bytes)
      return bytes.error();
    run_.expect(of.segment_bytes());
    const auto salvaged =
        salvage_segment(*bytes, run_.store, slot, of.segment_bytes(), [this] { return run_.stopped(); });
    if (!salvaged)
      return salvaged.error();
    part.generation = salvaged->generation;
    part.behind = salvaged->records.size();
    const auto with = number(part.behind) + " whole records that no index lists";
    const auto index = segment_path(slot, segment_file_kind::index);
    if (!missing)
      run_.note(finding_kind::index, index, reason.context + "; " + with, "an index that is whole");
    else if (part.behind > 0)
      run_.note(finding_kind::no_index, index, "no file; " + with, "an index, or an empty segment");
    else
      run_.note(finding_kind::unfinished, path, "a segment without an index, and no whole record in it", "an index");
    if (!missing || part.behind > 0)
      note_torn(salvaged->torn);
    return {};
  }

  result<void> check_segment(verified_part& part, const segment_index& index, const verified_slot& of) {
    const auto path = segment_path(index.slot, segment_file_kind::data);
    part.index = index.sealed ? index_state::sealed : index_state::open;
    part.generation = index.generation;
    part.listed = index.entries.size();
    if (of.segment_bytes() < index.segment_bytes)
      report_.findings.push_back({finding_kind::cut_short,
                                  path,
                                  *of.data_bytes,
                                  0,
                                  {},
                                  {},
                                  "the end of the file after " + number(*of.data_bytes) + " bytes",
                                  number(index.segment_bytes) + " bytes, as its index says",
                                  {}});
    for (const auto& entry : index.entries)
      check_entry(index, entry, path, of.segment_bytes());
    auto end = std::min(index.covered_bytes, of.segment_bytes());
    if (!index.sealed) {
      const record_place start{run_.store, index.slot, index.generation, end};
      const auto tail = read_segment_tail(run_.files, run_.directory + "/" + path, start, of.segment_bytes());
      if (!tail)
        return tail.error();
      run_.read(of.segment_bytes() - end);
      end = tail->end;
      part.behind = tail->records.size();
      note_torn(tail->torn);
      for (const auto& record : tail->records)
        note_hidden(index.slot, record.place.offset, record.block.key);
    }
    return check_blocks(part, index, path, end);
  }

  void check_entry(const segment_index& index, const segment_index_entry& entry, const std::string& path,
                   std::uint64_t end) {
    const auto bytes = segment_record_bytes(entry.payload_bytes);
    if (entry.offset + bytes <= end)
      return note_hidden(index.slot, entry.offset, entry.key);
    report_.findings.push_back({finding_kind::cut_short,
                                path,
                                entry.offset,
                                bytes,
                                entry.key,
                                index.names[entry.name],
                                "the end of the file after " + number(end) + " bytes",
                                number(bytes) + " bytes of a record",
                                {}});
  }

  void note_hidden(std::uint32_t slot, std::uint64_t offset, const block_key& key) {
    if (block_at(checked_.blocks_in(slot), offset) == nullptr)
      checked_.hidden.emplace_back(key, slot);
  }

  void note_torn(const std::vector<segment_record>& torn) {
    for (const auto& record : torn)
      report_.findings.push_back({finding_kind::torn,
                                  segment_path(record.place.slot, segment_file_kind::data),
                                  record.place.offset,
                                  segment_record_bytes(record.block.payload_bytes),
                                  record.block.key,
                                  record.block.name_space,
                                  "a payload with another checksum",
                                  "checksum " + to_hex(record.block.payload_checksum) + ", as the header says",
                                  {}});
  }

  result<void> check_blocks(verified_part& part, const segment_index& index, const std::string& path,
                            std::uint64_t end) {
    const auto blocks = checked_.blocks_in(index.slot);
    record_check records{run_, path, {run_.store, index.slot, index.generation, 0}};
    std::uint64_t live_bytes = 0;
    for (std::size_t i = 0; i < blocks.size() && !run_.stopped(); ++i) {
      const auto& block = blocks[i];
      const auto name = run_.namespaces.name(block.name_space);
      auto good = records.check(blocks.subspan(i), name);
      if (!good)
        return good.error();
      auto& amount = report_.namespaces[name];
      ++amount.blocks;
      amount.payload_bytes += block.payload_bytes;
      amount.damaged += *good ? 0 : 1;
      ++part.blocks;
      part.payload_bytes += block.payload_bytes;
      live_bytes += segment_record_bytes(block.payload_bytes);
    }
    part.dead_bytes = end > live_bytes ? end - live_bytes : 0;
    return {};
  }

  void check_recency_snapshot() {
    const auto path = std::string{segments_folder} + recency_name;
    const auto sequences = check_recency(run_.files, run_.directory + "/" + path, run_.store);
    if (sequences.code() == errc::not_found)
      return;
    if (!sequences) {
      report_.recency = recency_state::damaged;
      run_.note(finding_kind::recency, path, sequences.error().context, "a snapshot of the order of use");
      return;
    }
    report_.recency = recency_state::whole;
    report_.recency_entries = sequences->size();
    run_.read(recency_bytes(sequences->size()));
  }

  verify_run& run_;
  verify_report& report_;
  std::map<std::uint32_t, verified_slot> slots_;
  segments_checked checked_;
};

} // namespace

std::span<const found_block> segments_checked::blocks_in(std::uint32_t slot) const {
  const auto before = [](const found_block& block, std::uint32_t of) { return block.slot < of; };
  const auto behind = [](std::uint32_t of, const found_block& block) { return of < block.slot; };
  return {std::lower_bound(found.blocks.begin(), found.blocks.end(), slot, before),
          std::upper_bound(found.blocks.begin(), found.blocks.end(), slot, behind)};
}

const found_block* block_at(std::span<const found_block> blocks, std::uint64_t offset) {
  const auto at = std::lower_bound(blocks.begin(), blocks.end(), offset / page_size,
                                   [](const auto& block, std::uint64_t page) { return block.page < page; });
  return at != blocks.end() && at->page == offset / page_size ? &*at : nullptr;
}

std::string segment_path(std::uint32_t slot, segment_file_kind kind) { return segments_folder + to_string(slot, kind); }

result<segments_checked> verify_segments(verify_run& run) { return segments_check{run}.check_all(); }

} // namespace hearth::storage
