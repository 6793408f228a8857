#include "storage/segments/record_read.hpp"

#include "storage/format/checksum.hpp"
#include "storage/segments/segments_recovery.hpp"

namespace hearth::storage {

namespace {

/// Compares the header with the expected record: the place of the read, and the block that the index lists there.
result<segment_record> check_header(std::span<const std::byte> page, const record_place& place, const block_key& key,
                                    const std::string& name_space, std::uint64_t payload_bytes) {
  auto header = decode_segment_record(page);
  if (!header)
    return failure{errc::corrupt, header.error().context};
  if (header->place != place)
    return failure{errc::corrupt, "the record belongs to another place or another time"};
  if (header->block.key != key)
    return failure{errc::corrupt, "holds another key, " + to_hex(header->block.key)};
  if (header->block.name_space != name_space)
    return failure{errc::corrupt,
                   "holds a block of namespace \"" + header->block.name_space + "\", expected \"" + name_space + "\""};
  if (header->block.payload_bytes != payload_bytes)
    return failure{errc::corrupt, "holds " + std::to_string(header->block.payload_bytes) + " payload bytes, expected " +
                                      std::to_string(payload_bytes)};
  return header;
}

} // namespace

void lay_out(record_read& read) {
  auto header = mutable_buffer::allocate(page_size);
  auto payload = mutable_buffer::allocate(static_cast<std::size_t>(read.payload_bytes));
  if (!header || !payload) {
    read.outcome = failure{errc::no_memory, "a buffer of " + std::to_string(segment_record_bytes(read.payload_bytes)) +
                                                " bytes for block " + to_hex(read.key) + " could not be allocated"};
    return;
  }
  read.header = std::move(*header);
  read.payload = std::move(*payload);
  read.transfer = std::make_shared<io_transfer>(io_transfer{read.target, read.place.offset, {read.header->bytes()}});
  if (read.payload_bytes > 0)
    read.transfer->parts.push_back(read.payload->padded_bytes());
}

void verify(record_read& read, const std::string& folder) {
  const auto damaged = [&](const std::string& what) {
    read.outcome = failure{errc::corrupt, folder + to_string(read.place.slot, segment_file_kind::data) + ", offset " +
                                              std::to_string(read.place.offset) + ": " + what};
  };
  const auto& moved = read.transfer->moved;
  read.outcome = block{};
  const auto bytes = segment_record_bytes(read.payload_bytes);
  if (moved.code() == errc::no_memory)
    read.outcome = moved.error();
  else if (!moved) // the medium failed: a retry would not help, writing the block again does
    damaged(moved.error().context);
  else if (*moved != bytes)
    damaged("ends after " + std::to_string(*moved) + " bytes, expected " + std::to_string(bytes));
  if (!read.outcome)
    return;
  const auto header = check_header(read.header->bytes(), read.place, read.key, read.name, read.payload_bytes);
  if (!header)
    return damaged(header.error().context);
  if (checksum(read.payload->bytes()) != header->block.payload_checksum)
    return damaged("the payload's checksum does not match its bytes");
  read.outcome = block{read.key, read.name_space, header->block.parent, std::move(*read.payload).publish()};
}

} // namespace hearth::storage
