#include "storage/segments/record_write.hpp"

#include "storage/segments/segment_record.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

/// The payload in whole pages. The cast is safe: an I/O engine only reads the parts of a write.
std::span<std::byte> pages_of(const buffer& payload) {
  const auto bytes = payload.empty() ? std::span<const std::byte>{} : payload.padded_bytes();
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

} // namespace

void lay_out(record_write& write, std::uint64_t store) {
  auto headers = mutable_buffer::allocate(write.records.size() * page_size);
  if (!headers) {
    write.outcome = headers.error();
    return;
  }
  write.headers = std::move(*headers);
  write.transfer = std::make_shared<io_transfer>(io_transfer{write.target, write.offset, {}});
  auto left = write.headers->bytes();
  for (const auto& record : write.records) {
    const auto& item = record->request.item;
    const auto page =
        encode(segment_record{{store, write.slot, write.generation, record->at.offset},
                              record->sequence,
                              {item.key, record->name_space, item.parent, item.payload.size(), record->checksum}});
    std::copy(page.begin(), page.end(), left.begin());
    write.transfer->parts.push_back(left.first(page_size));
    left = left.subspan(page_size);
    if (!item.payload.empty())
      write.transfer->parts.push_back(pages_of(item.payload));
  }
}

} // namespace hearth::storage
