#include "storage/files/files_verify.hpp"

#include "storage/files/block_file.hpp"
#include "storage/files/files_recovery.hpp"
#include "storage/format/page.hpp"
#include "storage/format/record_header.hpp"
#include "storage/verify/damaged_folder.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace hearth::storage {

namespace {

constexpr const char* folder = "blocks/";

std::string number(std::uint64_t value) { return std::to_string(value); }

finding wrong(finding_kind kind, std::string found, std::string expected) {
  return {kind, {}, 0, 0, {}, {}, std::move(found), std::move(expected), {}};
}

/// Whether a header is that of the file it stands in.
std::optional<finding> check_header(const result<record_header>& header, const block_key& key,
                                    std::uint64_t file_bytes) {
  if (!header)
    return wrong(finding_kind::header, header.error().context, "the header of a block");
  if (header->key != key)
    return wrong(finding_kind::header, "key " + to_hex(header->key), "key " + to_hex(key) + ", as its name says");
  if (const auto length = block_file_length(header->payload_bytes); length != file_bytes)
    return wrong(length > file_bytes ? finding_kind::cut_short : finding_kind::header,
                 "a file of " + number(file_bytes) + " bytes", number(length) + " bytes, as the header says");
  return std::nullopt;
}

class files_check {
public:
  explicit files_check(verify_run& run) : run_(run), report_(run.report) {}

  result<void> check_all() {
    auto found = scan_blocks(run_.files, run_.directory, run_.namespaces);
    if (!found)
      return found.error();
    found_ = std::move(*found);
    std::sort(found_.blocks.begin(), found_.blocks.end(),
              [](const auto& a, const auto& b) { return a->sequence < b->sequence; });
    part_.name = "blocks";
    for (const auto& block : found_.blocks)
      run_.expect(block_file_length(block->payload_bytes));
    report_.replaced = found_.report.replaced;
    if (auto listed = note_others(); !listed)
      return listed;
    for (const auto& block : found_.blocks) {
      if (run_.stopped())
        break;
      if (auto checked = check(*block); !checked)
        return checked;
    }
    part_.damaged = report_.damaged();
    report_.parts.push_back(part_);
    return {};
  }

  result<void> repair() {
    damaged_folder aside{run_.files, run_.directory};
    if (auto opened = aside.open(); !opened)
      return opened;
    std::unordered_set<block_key, block_key_hash> gone;
    for (auto& one : report_.findings) {
      if (!is_damage(one.kind))
        continue;
      if (run_.stopped())
        break;
      if (auto moved = move(aside, one); !moved)
        return moved;
      if (one.name_space.empty()) // never was a block to recovery: an older one of its key is
        continue;
      gone.insert(*one.key);
    }
    if (auto moved = move_replaced(aside, gone); !moved)
      return moved;
    if (auto synced = aside.sync(); !synced)
      return synced;
    return run_.files.sync_names(run_.directory + "/blocks");
  }

private:
  /// The files that are no blocks: what recovery would remove, and why.
  result<void> note_others() {
    if (!found_.has_directory)
      return {};
    const auto entries = run_.files.list(run_.directory + "/blocks");
    if (!entries)
      return entries.error();
    for (const auto& entry : *entries) {
      const auto parsed = parse_file_name(entry.name);
      if (entry.kind != entry_kind::regular || parsed.kind == block_file_kind::foreign) {
        run_.note(finding_kind::foreign, folder + entry.name, "a name that is not ours, or no regular file", "nothing");
      } else if (parsed.kind == block_file_kind::unfinished) {
        run_.note(finding_kind::unfinished, folder + entry.name, "a write that never ended", "nothing");
      } else {
        ++part_.listed;
        part_.bytes += entry.bytes;
        if (auto noted = note_damaged(entry, parsed.name); !noted)
          return noted;
      }
    }
    return {};
  }

  /// Looks at the header of a file that recovery leaves out.
  result<void> note_damaged(const directory_entry& entry, const block_file_name& name) {
    const auto at =
        std::lower_bound(found_.blocks.begin(), found_.blocks.end(), name.sequence,
                         [](const auto& block, std::uint64_t sequence) { return block->sequence < sequence; });
    for (auto same = at; same != found_.blocks.end() && (*same)->sequence == name.sequence; ++same)
      if ((*same)->key == name.key)
        return {};
    auto opened = run_.open(folder + entry.name, page_size, caching::kernel);
    if (!opened)
      return opened.error();
    const auto page = opened->at(0, page_size);
    if (page.code() == errc::no_memory)
      return page.error();
    auto bad = page ? check_header(decode(*page), name.key, entry.bytes)
                    : wrong(finding_kind::unreadable, page.error().context, "the header of a block");
    if (bad) {
      bad->file = folder + entry.name;
      bad->key = name.key;
      report_.findings.push_back(std::move(*bad));
    } else {
      replaced_.push_back(name);
      part_.dead_bytes += entry.bytes;
    }
    return {};
  }

  result<void> check(const cold_record& block) {
    const auto name_space = run_.namespaces.name(block.name_space);
    auto bad = examine(block, name_space);
    if (!bad)
      return bad.error();
    auto& amount = report_.namespaces[name_space];
    ++amount.blocks;
    amount.payload_bytes += block.payload_bytes;
    ++part_.blocks;
    part_.payload_bytes += block.payload_bytes;
    if (!bad->has_value())
      return {};
    ++amount.damaged;
    auto& one = **bad;
    one.file = path_of({block.sequence, block.key});
    one.key = block.key;
    one.name_space = name_space;
    report_.findings.push_back(std::move(one));
    return {};
  }

  /// From the disk, not from the page cache, as far as the kernel lets go of it.
  result<std::optional<finding>> examine(const cold_record& block, const std::string& name_space) {
    const auto give = [](finding_kind kind, std::string found, std::string expected) {
      return std::optional{wrong(kind, std::move(found), std::move(expected))};
    };
    const auto length = block_file_length(block.payload_bytes);
    const auto limit = (length + page_size - 1) / page_size * page_size;
    auto bytes = run_.open(path_of({block.sequence, block.key}), limit, caching::kernel);
    if (!bytes)
      return bytes.error();
    bytes->opened().forget_cached(0, length);
    const auto page = bytes->at(0, page_size);
    if (page.code() == errc::no_memory)
      return page.error();
    if (!page)
      return give(finding_kind::unreadable, page.error().context, "the header of a block");
    const auto header = decode(*page);
    if (auto bad = check_header(header, block.key, length))
      return bad;
    if (header->name_space != name_space)
      return give(finding_kind::header, "namespace \"" + header->name_space + "\"", "namespace \"" + name_space + "\"");
    const auto sum = bytes->checksum_of(page_size, block.payload_bytes);
    bytes->opened().forget_cached(0, length);
    if (sum.code() == errc::no_memory)
      return sum.error();
    if (!sum)
      return give(sum.code() == errc::corrupt ? finding_kind::cut_short : finding_kind::unreadable, sum.error().context,
                  number(block.payload_bytes) + " payload bytes");
    if (*sum != header->payload_checksum)
      return give(finding_kind::payload, "checksum " + to_hex(*sum),
                  "checksum " + to_hex(header->payload_checksum) + ", as the header says");
    return std::optional<finding>{};
  }

  static std::string path_of(const block_file_name& name) {
    return folder + to_string(name, block_file_kind::complete);
  }

  static result<void> move(damaged_folder& aside, finding& one) {
    const auto name = one.file.substr(one.file.rfind('/') + 1);
    const auto kept = aside.keep_file(one, name.substr(0, name.find('.')), ".block");
    if (!kept)
      return kept.error();
    one.repair = "moved to " + *kept;
    return {};
  }

  result<void> move_replaced(damaged_folder& aside, const std::unordered_set<block_key, block_key_hash>& gone) {
    for (const auto& name : replaced_) {
      if (!gone.contains(name.key))
        continue;
      auto older = wrong(finding_kind::payload, "an older block of its key", "none: the later one is damaged");
      older.file = path_of(name);
      older.key = name.key;
      if (auto moved = move(aside, older); !moved)
        return moved;
    }
    return {};
  }

  verify_run& run_;
  verify_report& report_;
  scanned_blocks found_;
  verified_part part_;
  std::vector<block_file_name> replaced_; ///< whole headers of keys that have a later block
};

} // namespace

result<void> verify_files(verify_run& run, bool repair) {
  files_check check{run};
  if (auto checked = check.check_all(); !checked)
    return checked;
  if (repair && run.report.damaged() > 0 && !run.stopped())
    if (auto repaired = check.repair(); !repaired)
      run.report.repair_failure = repaired.error();
  return {};
}

} // namespace hearth::storage
