#include "storage/format/record_header.hpp"

#include "storage/format/block_fields.hpp"
#include "storage/format/page.hpp"

#include <cstring>

namespace hearth::storage {

namespace {

constexpr std::string_view magic = "hearthB1";
constexpr std::uint32_t version = 1;

struct wire_fields {
  std::uint32_t version = 0;
  block_fields block;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, block);
  }
};

} // namespace

header_bytes encode(const record_header& header) {
  return encode_page(magic, wire_fields{version, block_fields{header}});
}

result<record_header> decode(std::span<const std::byte> bytes) {
  const auto fields = decode_page<wire_fields>(bytes, magic, "record header");
  if (!fields)
    return fields.error();
  if (fields->version != version)
    return failure{errc::unsupported, "record header: found version " + std::to_string(fields->version) +
                                          ", expected " + std::to_string(version)};
  if (fields->block.name_bytes == 0)
    return failure{errc::corrupt, "record header: the namespace name is empty"};
  auto header = fields->block.header();
  // One block has one header: what the fields above leave open (flags, padding, byte order) must be as `encode` writes
  // it.
  if (const auto again = encode(header); std::memcmp(again.data(), bytes.data(), bytes.size()) != 0)
    return failure{errc::corrupt, "record header: bytes that carry no meaning are not zero"};
  return header;
}

} // namespace hearth::storage
