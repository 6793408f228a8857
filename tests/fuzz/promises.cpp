#include "tests/fuzz/promises.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/verify/verify.hpp"

#include <algorithm>

namespace hearth::fuzz {

using namespace hearth::storage;

namespace {

using sorted_keys = std::set<block_key>;

sorted_keys keys_of(block_store& store) {
  const auto keys = store.keys();
  sorted_keys sorted{keys.begin(), keys.end()};
  demand(sorted.size() == keys.size(), "no key is there twice");
  return sorted;
}

void check_ledger(block_store& store) {
  const auto ledger = store.ledger(std::nullopt);
  auto in = ledger.recovered;
  in += ledger.persisted;
  auto out = ledger.present;
  for (const auto& amount : {ledger.reclaimed, ledger.erased, ledger.corrupt})
    out += amount;
  demand(in == out, "the ledger is balanced");
  demand(ledger.present.blocks == store.keys().size(), "the ledger counts what is present");
}

void check_limit(opened_world& world) {
  demand(world.store().bytes_in_use() <= world.store().bytes_max(), "the limit holds",
         std::to_string(world.store().bytes_in_use()));
  check_ledger(world.store());
}

/// Reads every block; returns the number of bad ones.
std::uint64_t read_all(opened_world& world, const put_payloads& put) {
  std::uint64_t bad = 0;
  for (const auto& key : world.store().keys()) {
    const auto got = world.read(key);
    demand(got.ok() || got.code() == errc::corrupt, "a block is read or damaged", to_string(got.code()).data());
    demand(!got || got->key == key, "a read gives the block that was asked for");
    demand(!got || put.may_be(key, got->payload.bytes()), "a block is read as it was put");
    demand(got.ok() == world.store().find(key).has_value(), "a damaged block is taken out");
    bad += got ? 0 : 1;
  }
  return bad;
}

std::string told(const verify_report& report) {
  std::string text;
  for (const auto& one : report.findings)
    text += std::string{to_string(one.kind)} + " in " + one.file + " at " + std::to_string(one.offset) + ": found " +
            one.found + ", expected " + one.expected + "; ";
  return text;
}

std::uint64_t damaged_blocks(const verify_report& report) {
  std::uint64_t damaged = 0;
  for (const auto& one : report.namespaces)
    damaged += one.second.damaged;
  return damaged;
}

/// Findings that a read must detect, too. A wrong sequence in the index does not affect readers.
std::uint64_t unreadable_blocks(const verify_report& report) {
  const auto harmless =
      std::ranges::count_if(report.findings, [](const finding& one) { return one.expected.starts_with("sequence "); });
  return damaged_blocks(report) - static_cast<std::uint64_t>(harmless);
}

void change(opened_world& world, put_payloads& put) {
  const auto keys = world.store().keys();
  if (!keys.empty())
    demand(world.store().erase(keys.front()), "a block that is there can be erased");
  for (const unsigned number : {1u, 3u, 20u}) {
    const auto stored = world.append(number, 7);
    demand(stored == errc::none || stored == errc::no_space || stored == errc::io || stored == errc::too_large,
           "an append ends as it may", to_string(stored).data());
    if (stored == errc::none)
      put.note(key_of(number), payload_of(number, 7));
    check_limit(world);
  }
}

} // namespace

void put_payloads::note(const block_key& key, const buffer& payload) {
  known_[key].emplace(payload.size(), checksum(payload.bytes()));
}

void put_payloads::note_records(const directory_image& image) {
  for (const auto& file : image.files) {
    const std::span<const std::byte> all{file.second};
    for (std::size_t at = 0; at + page_size <= all.size(); at += page_size) {
      const auto page = all.subspan(at, page_size);
      const auto record = starts_segment_record(page) ? decode_segment_record(page) : failure{errc::corrupt, ""};
      if (!record)
        continue;
      const auto& header = record->block;
      const auto payload = all.subspan(at + page_size);
      if (header.payload_bytes <= payload.size() &&
          checksum(payload.first(header.payload_bytes)) == header.payload_checksum)
        known_[header.key].emplace(header.payload_bytes, header.payload_checksum);
    }
  }
}

bool put_payloads::may_be(const block_key& key, std::span<const std::byte> payload) const {
  const auto known = known_.find(key);
  return known != known_.end() && known->second.contains({payload.size(), checksum(payload)});
}

std::optional<verify_report> check_verify(file_system& disk, const directory_image& image) {
  auto report = verify_store(disk, store_directory, false, {});
  auto after = image_of(disk);
  const std::string lock = std::string{store_directory} + "/hearth.lock";
  auto before = image;
  before.files.erase(lock); // the lock file names its last holder
  after.files.erase(lock);
  demand(after == before, "verifying changes nothing");
  if (!report)
    return std::nullopt;
  demand(report->total().damaged <= report->total().blocks, "no more blocks are damaged than there are");
  return std::move(*report);
}

void check_repair(file_system& disk, const verify_report& before) {
  const auto repaired = verify_store(disk, store_directory, true, {});
  demand(repaired.ok(), "what can be verified can be repaired", repaired.ok() ? "" : repaired.error().context);
  demand(repaired->damaged() == before.damaged(), "a repair finds what was found before");
  if (repaired->repair_failure || repaired->repaired() != repaired->damaged())
    return;
  const auto after = verify_store(disk, store_directory, false, {});
  demand(after.ok(), "what was repaired can be verified", after.ok() ? "" : after.error().context);
  for (const auto& one : after->findings)
    demand(!is_damage(one.kind), "no damage is left by a repair", one.file + " " + std::string{to_string(one.kind)});
  demand(after->total().blocks + damaged_blocks(before) >= before.total().blocks, "no sound block goes in a repair");
}

void check_opening(const std::shared_ptr<memory_file_system>& disk, const opening& how, put_payloads& put) {
  const auto before = image_of(*disk);
  sorted_keys found;
  {
    opened_world world{disk, how.bytes_max};
    if (world.refusal()) {
      demand(image_of(*disk) == before, "a directory that is refused is as it was", world.refusal()->context);
      return;
    }
    found = keys_of(world.store());
    check_limit(world);
    demand(!how.verified || how.verified->total().blocks == found.size(), "recovery presents what verify counts");
  }
  {
    opened_world world{disk, how.bytes_max};
    demand(!world.refusal(), "a store that was opened can be opened again",
           world.refusal() ? world.refusal()->context : "");
    demand(keys_of(world.store()) == found, "opening again finds the same blocks");
    const auto bad = read_all(world, put);
    demand(!how.verified || unreadable_blocks(*how.verified) == bad, "reads find the damage that verify finds",
           how.verified ? told(*how.verified) + std::to_string(bad) + " bad reads" : "");
    if (how.appends)
      change(world, put);
    check_limit(world);
    demand(world.sync() == errc::none, "a store is synced");
    found = keys_of(world.store());
  }
  opened_world world{disk, how.bytes_max};
  demand(!world.refusal(), "a store that was closed can be opened again",
         world.refusal() ? world.refusal()->context : "");
  demand(keys_of(world.store()) == found, "what was synced is found, and nothing else");
  demand(read_all(world, put) == 0, "what was sound stays sound");
  check_limit(world);
}

} // namespace hearth::fuzz
