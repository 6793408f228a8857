#include "storage/format/page.hpp"
#include "storage/format/whole_file.hpp"
#include "storage/segments/recency.hpp"
#include "storage/segments/segment_index.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/sums.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

// Input: a byte that selects the preparation, then the bytes. Either the bytes are the file; or the first `head_bytes`
// are the start of the first page, the other bytes are the body, and the target corrects both checksums, or only the
// checksum of the first page.
namespace hearth::fuzz {

namespace {

using storage::page_size;
using storage::segment_index;

enum preparation : std::uint8_t { as_they_are, page_fits, all_fits, preparations };
constexpr std::size_t head_bytes = 80;
constexpr std::uint64_t recency_store = 7;

bytes prepare(byte_source& source) {
  const auto prepared = source.byte() % preparations;
  if (prepared == as_they_are) {
    const auto rest = source.rest();
    return {rest.begin(), rest.end()};
  }
  const auto head = source.take(head_bytes);
  const auto body = source.rest();
  bytes file(page_size + body.size());
  std::copy(head.begin(), head.end(), file.begin());
  std::copy(body.begin(), body.end(), file.begin() + page_size);
  if (prepared == page_fits || !fit_body_sum(file))
    fit_page_sum(std::span{file}.first(page_size));
  return file;
}

void check_index(const segment_index& index) {
  demand(index.entries.size() <= index.records_max, "an index has room for its entries");
  std::uint64_t end = 0;
  for (const auto& entry : index.entries) {
    demand(entry.offset >= end && entry.offset % page_size == 0, "entries are in order");
    demand(entry.name < index.names.size(), "an entry has a name");
    end = entry.offset + storage::segment_record_bytes(entry.payload_bytes);
  }
  demand(end <= index.covered_bytes && index.covered_bytes <= index.segment_bytes, "entries lie in what is covered");
  const auto written = storage::encode(index);
  const auto again = storage::decode_segment_index(written);
  demand(again.ok(), "an index that was read can be written");
  demand(storage::encode(*again) == written && again->names == index.names && again->entries == index.entries,
         "an index comes back as it was written");
}

void check_recency(storage::file_system& files, const std::string& path) {
  static_cast<void>(storage::read_recency(files, path, recency_store));
  const auto sequences = storage::check_recency(files, path, recency_store);
  if (!sequences)
    return;
  const auto written = storage::encode_recency(recency_store, *sequences);
  demand(storage::replace_file(files, path, written).ok(), "a file in memory can be written");
  const auto again = storage::check_recency(files, path, recency_store);
  demand(again.ok() && *again == *sequences, "recency comes back as it was written");
}

void run_indexes(std::span<const std::byte> input) {
  byte_source source{input};
  const auto file = prepare(source);
  const auto disk = storage::make_memory_file_system();
  demand(storage::replace_file(*disk, "/x", file).ok(), "a file in memory can be written");
  const auto index = storage::decode_segment_index(file);
  const auto read = storage::read_segment_index(*disk, "/x");
  demand(index.code() == read.code(), "an index reads as its bytes do");
  const auto records_max = storage::read_records_max(*disk, "/x");
  if (index) {
    demand(records_max.ok() && *records_max == index->records_max, "the first page alone tells the room for records");
    check_index(*index);
  }
  check_recency(*disk, "/x");
}

segment_index example(std::size_t names, std::size_t entries, bool sealed) {
  segment_index index{1, 2, 3, 65'536, 32'768, 16, sealed, {}, {}};
  for (std::size_t i = 0; i < names; ++i)
    index.names.push_back("model-" + std::to_string(i));
  for (std::size_t i = 0; i < entries; ++i) {
    storage::segment_index_entry entry;
    entry.key.bytes.fill(static_cast<std::byte>(i));
    entry.sequence = i + 1;
    entry.offset = i * 8192;
    entry.payload_bytes = 4096 - i;
    entry.name = static_cast<std::uint16_t>(i % names);
    index.entries.push_back(entry);
  }
  return index;
}

bytes shortened(std::span<const std::byte> file, preparation prepared) {
  return input_writer{}.number(prepared).all(file.first(head_bytes)).all(file.subspan(page_size)).finish();
}

std::vector<bytes> seeds_of_indexes() {
  std::vector<bytes> seeds;
  for (const auto& index : {example(1, 0, false), example(1, 4, true), example(3, 3, false)}) {
    const auto file = storage::encode(index);
    seeds.push_back(shortened(file, all_fits));
    seeds.push_back(shortened(file, page_fits));
    seeds.push_back(input_writer{}.number(as_they_are).all(file).finish());
  }
  for (const auto& sequences : {std::vector<std::uint64_t>{}, std::vector<std::uint64_t>{3, 1, ~std::uint64_t{0}}})
    seeds.push_back(shortened(storage::encode_recency(recency_store, sequences), all_fits));
  return seeds;
}

} // namespace

const target indexes{"indexes", run_indexes, seeds_of_indexes, 30'000};

} // namespace hearth::fuzz
