#include "storage/record_header.hpp"

#include "storage/checksum.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <sstream>

#include <cereal/archives/portable_binary.hpp>

namespace hearth::storage {

namespace {

constexpr std::string_view magic = "hearthB1";
constexpr std::uint32_t version = 1;
constexpr std::size_t checksum_at = record_header_bytes - sizeof(std::uint64_t);

/// The fields as cereal writes them: fixed lengths only, so that no length on disk decides what is read or allocated.
struct wire_fields {
  std::uint32_t version = 0;
  block_key key;
  std::uint8_t has_parent = 0;
  block_key parent;
  std::uint64_t payload_bytes = 0;
  std::uint64_t payload_checksum = 0;
  std::uint8_t name_bytes = 0;
  std::array<char, 255> name{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version);
    archive(cereal::binary_data(key.bytes.data(), key.bytes.size()));
    archive(has_parent);
    archive(cereal::binary_data(parent.bytes.data(), parent.bytes.size()));
    archive(payload_bytes, payload_checksum, name_bytes);
    archive(cereal::binary_data(name.data(), name.size()));
  }
};

wire_fields to_wire(const record_header& header) {
  assert(!header.name_space.empty() && header.name_space.size() <= 255);
  wire_fields fields;
  fields.version = version;
  fields.key = header.key;
  fields.has_parent = header.parent ? 1 : 0;
  fields.parent = header.parent.value_or(block_key{});
  fields.payload_bytes = header.payload_bytes;
  fields.payload_checksum = header.payload_checksum;
  fields.name_bytes = static_cast<std::uint8_t>(header.name_space.size());
  std::copy(header.name_space.begin(), header.name_space.end(), fields.name.begin());
  return fields;
}

/// Pre: `fields.name_bytes` is at most 255, as its type says.
record_header from_wire(const wire_fields& fields) {
  record_header header;
  header.key = fields.key;
  header.name_space.assign(fields.name.data(), fields.name_bytes);
  if (fields.has_parent != 0)
    header.parent = fields.parent;
  header.payload_bytes = fields.payload_bytes;
  header.payload_checksum = fields.payload_checksum;
  return header;
}

std::uint64_t checksum_of(std::span<const std::byte> header) { return checksum(header.first(checksum_at)); }

void put_checksum(header_bytes& header) {
  auto sum = checksum_of(header);
  for (auto at = checksum_at; at < header.size(); ++at, sum >>= 8)
    header[at] = static_cast<std::byte>(sum);
}

std::uint64_t stored_checksum(std::span<const std::byte> header) {
  std::uint64_t sum = 0;
  for (auto at = header.size(); at > checksum_at; --at)
    sum = sum << 8 | std::to_integer<std::uint64_t>(header[at - 1]);
  return sum;
}

/// cereal reports by exception; here is where they end.
result<wire_fields> read_fields(std::span<const std::byte> bytes) {
  try {
    std::istringstream in{std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
    cereal::PortableBinaryInputArchive archive{in};
    wire_fields fields;
    archive(fields);
    return fields;
  } catch (const std::exception& error) {
    return failure{errc::corrupt, std::string{"record header: "} + error.what()};
  }
}

} // namespace

header_bytes encode(const record_header& header) {
  std::ostringstream out;
  {
    cereal::PortableBinaryOutputArchive archive{out, cereal::PortableBinaryOutputArchive::Options::LittleEndian()};
    archive(to_wire(header));
  }
  const auto text = std::move(out).str();
  assert(magic.size() + text.size() <= checksum_at);
  header_bytes bytes{};
  std::memcpy(bytes.data(), magic.data(), magic.size());
  std::memcpy(bytes.data() + magic.size(), text.data(), text.size());
  put_checksum(bytes);
  return bytes;
}

result<record_header> decode(std::span<const std::byte> bytes) {
  if (bytes.size() != record_header_bytes)
    return failure{errc::corrupt, "record header: found " + std::to_string(bytes.size()) + " bytes, expected " +
                                      std::to_string(record_header_bytes)};
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    return failure{errc::corrupt, "record header: does not start with \"" + std::string{magic} + "\""};
  if (stored_checksum(bytes) != checksum_of(bytes))
    return failure{errc::corrupt, "record header: its checksum does not match its bytes"};
  const auto fields = read_fields(bytes.subspan(magic.size()));
  if (!fields)
    return fields.error();
  if (fields->version != version)
    return failure{errc::unsupported, "record header: found version " + std::to_string(fields->version) +
                                          ", expected " + std::to_string(version)};
  if (fields->name_bytes == 0)
    return failure{errc::corrupt, "record header: the namespace name is empty"};
  auto header = from_wire(*fields);
  // One block, one header: whatever the fields above leave open (flags, padding, byte order) must be as `encode` writes
  // it.
  if (const auto again = encode(header); std::memcmp(again.data(), bytes.data(), bytes.size()) != 0)
    return failure{errc::corrupt, "record header: bytes that carry no meaning are not zero"};
  return header;
}

} // namespace hearth::storage
