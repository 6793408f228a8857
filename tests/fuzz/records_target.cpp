#include "storage/segments/segment_record.hpp"
#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/sums.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

// Input: a byte that selects the preparation, then the bytes. The target pads the bytes to a page with a correct
// checksum, or leaves them unchanged.
namespace hearth::fuzz {

namespace {

using storage::page_size;
using storage::record_header;
using storage::segment_record;

enum preparation : std::uint8_t { as_they_are, a_page, a_page_that_fits, preparations };

void run_records(std::span<const std::byte> input) {
  byte_source source{input};
  const auto prepared = source.byte() % preparations;
  const auto rest = source.rest();
  bytes page(prepared == as_they_are ? rest.size() : page_size);
  std::copy_n(rest.begin(), std::min(rest.size(), page.size()), page.begin());
  if (prepared == a_page_that_fits)
    fit_page_sum(page);
  const bool starts = storage::starts_segment_record(page);
  if (const auto record = storage::decode_segment_record(page)) {
    demand(starts, "a record begins as one");
    demand(std::ranges::equal(storage::encode(*record), page), "a record is the only one with its bytes");
    demand(storage::segment_record_bytes(record->block.payload_bytes) >= page_size, "a record takes its header");
  }
}

record_header header_with(std::size_t name_bytes, bool has_parent) {
  record_header header;
  header.key.bytes.fill(std::byte{0x5a});
  header.name_space.assign(name_bytes, 'n');
  if (has_parent)
    header.parent = storage::block_key{};
  header.payload_bytes = 5000;
  header.payload_checksum = 0x0123456789abcdef;
  return header;
}

/// Without the zeroes behind the fields, which the padding restores: short inputs mutate faster.
bytes shortened(const storage::page_bytes& page) {
  const auto last = std::find_if(page.rbegin() + 8, page.rend(), [](std::byte one) { return one != std::byte{0}; });
  return input_writer{}.number(a_page_that_fits).all({page.begin(), last.base()}).finish();
}

std::vector<bytes> seeds_of_records() {
  std::vector<bytes> seeds;
  for (const std::size_t name_bytes : {1, 7, 255}) {
    const segment_record record{{1, 2, 3, 4096}, 5, header_with(name_bytes, name_bytes == 7), {}, -1, 2, 3};
    seeds.push_back(shortened(storage::encode(record)));
    seeds.push_back(input_writer{}.number(as_they_are).all(storage::encode(record)).finish());
  }
  return seeds;
}

} // namespace

const target records{"records", run_records, seeds_of_records, 100'000};

} // namespace hearth::fuzz
