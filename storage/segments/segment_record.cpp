#include "storage/segments/segment_record.hpp"

#include "storage/format/block_fields.hpp"

#include <cstring>
#include <limits>

namespace hearth::storage {

namespace {

constexpr std::string_view record_magic = "hearthR1";
constexpr std::uint32_t record_version = 1;

struct record_fields {
  std::uint32_t version = 0;
  record_place place;
  std::uint64_t sequence = 0;
  block_fields block;
  std::array<std::byte, 32> signature{};
  std::int64_t expiry_ns = 0;
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, place.store, place.slot, place.generation, place.offset, sequence, block);
    archive(cereal::binary_data(signature.data(), signature.size()));
    archive(expiry_ns, priority, flags);
  }
};

} // namespace

std::uint64_t segment_record_bytes(std::uint64_t payload_bytes) noexcept {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max() / page_size * page_size;
  if (payload_bytes > most - 2 * page_size)
    return most;
  return page_size + (payload_bytes + page_size - 1) / page_size * page_size;
}

page_bytes encode(const segment_record& record) {
  return encode_page(record_magic,
                     record_fields{record_version, record.place, record.sequence, block_fields{record.block},
                                   record.signature, record.expiry_ns, record.priority, record.flags});
}

result<segment_record> decode_segment_record(std::span<const std::byte> page) {
  const auto fields = decode_page<record_fields>(page, record_magic, "record");
  if (!fields)
    return fields.error();
  if (fields->version != record_version)
    return failure{errc::unsupported, "record: found version " + std::to_string(fields->version) + ", expected " +
                                          std::to_string(record_version)};
  if (fields->block.name_bytes == 0)
    return failure{errc::corrupt, "record: the namespace name is empty"};
  if (fields->sequence == 0 || fields->sequence >= segment_numbers_end ||
      fields->place.generation >= segment_numbers_end)
    return failure{errc::corrupt, "record: its sequence or its generation is out of range"};
  segment_record record{fields->place,     fields->sequence, fields->block.header(), fields->signature,
                        fields->expiry_ns, fields->priority, fields->flags};
  if (const auto again = encode(record); std::memcmp(again.data(), page.data(), page.size()) != 0)
    return failure{errc::corrupt, "record: bytes that carry no meaning are not zero"};
  return record;
}

bool starts_segment_record(std::span<const std::byte> page) noexcept {
  return page.size() >= record_magic.size() && std::memcmp(page.data(), record_magic.data(), record_magic.size()) == 0;
}

} // namespace hearth::storage
