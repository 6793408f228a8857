#include "storage/segments/segment_tail.hpp"

#include "storage/segments/segment_window.hpp"

namespace hearth::storage {

result<segment_tail> read_segment_tail(file_system& files, const std::string& path, const record_place& start,
                                       std::uint64_t end) {
  auto bytes = segment_window::open(files, path, end);
  if (!bytes)
    return bytes.error();
  segment_tail tail;
  tail.end = start.offset;
  for (auto place = start; place.offset < end;) {
    const auto page = bytes->at(place.offset, page_size);
    if (!page)
      return page.error();
    if (page->size() < page_size)
      break; // the file ends here
    auto record = starts_segment_record(*page) ? decode_segment_record(*page) : failure{errc::corrupt, "no record"};
    if (!record || record->place != place || segment_record_bytes(record->block.payload_bytes) > end - place.offset) {
      place.offset += page_size;
      continue;
    }
    const auto sum = bytes->checksum_of(place.offset + page_size, record->block.payload_bytes);
    if (!sum && sum.code() != errc::corrupt)
      return sum.error();
    place.offset += segment_record_bytes(record->block.payload_bytes);
    tail.end = place.offset;
    auto& kind = sum && *sum == record->block.payload_checksum ? tail.records : tail.torn;
    kind.push_back(std::move(*record));
  }
  return tail;
}

} // namespace hearth::storage
