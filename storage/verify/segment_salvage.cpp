#include "storage/verify/segment_salvage.hpp"

#include <optional>

namespace hearth::storage {

namespace {

/// The header at `offset`, if it is valid and belongs there.
std::optional<segment_record> header_at(std::span<const std::byte> page, std::uint64_t store, std::uint32_t slot,
                                        std::uint64_t offset, std::uint64_t end) {
  if (page.size() < page_size || !starts_segment_record(page))
    return std::nullopt;
  auto record = decode_segment_record(page);
  if (!record || record->place.store != store || record->place.slot != slot || record->place.offset != offset ||
      segment_record_bytes(record->block.payload_bytes) > end - offset)
    return std::nullopt;
  return std::move(*record);
}

} // namespace

result<salvaged_segment> salvage_segment(segment_window& bytes, std::uint64_t store, std::uint32_t slot,
                                         std::uint64_t end, const std::function<bool()>& stop) {
  salvaged_segment salvaged;
  for (std::uint64_t offset = 0; offset < end;) {
    const auto page = bytes.at(offset, page_size);
    if (page.code() == errc::no_memory)
      return page.error();
    auto record = page ? header_at(*page, store, slot, offset, end) : std::nullopt;
    if (!record) {
      offset += page_size;
      continue;
    }
    if (stop())
      break;
    const auto sum = bytes.checksum_of(offset + page_size, record->block.payload_bytes);
    if (sum.code() == errc::no_memory)
      return sum.error();
    const bool whole = sum && *sum == record->block.payload_checksum;
    // No record lies inside a whole record. Inside a damaged one may be the records that overwrote it.
    offset += whole ? segment_record_bytes(record->block.payload_bytes) : page_size;
    if (record->place.generation > salvaged.generation)
      salvaged = {record->place.generation, {}, {}};
    if (record->place.generation == salvaged.generation)
      (whole ? salvaged.records : salvaged.torn).push_back(std::move(*record));
  }
  return salvaged;
}

} // namespace hearth::storage
