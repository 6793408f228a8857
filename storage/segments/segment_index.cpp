#include "storage/segments/segment_index.hpp"

#include "storage/blocks/namespace_table.hpp"
#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"
#include "storage/format/whole_file.hpp"
#include "storage/segments/segment_record.hpp"

#include <algorithm>
#include <cassert>

#include <cereal/types/string.hpp>

namespace hearth::storage {

namespace {

constexpr std::string_view index_magic = "hearthI1";
constexpr std::uint32_t index_version = 1;
constexpr std::uint64_t entry_bytes = 68;
constexpr std::uint64_t name_bytes_max = 256; ///< its length byte and its letters
constexpr std::uint64_t names_max = 1024;
constexpr std::uint64_t index_bytes_max = 1ull << 34;

struct index_header {
  std::uint32_t version = 0;
  std::uint64_t store = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t covered_bytes = 0;
  std::uint32_t records_max = 0;
  std::uint8_t sealed = 0;
  std::uint32_t names = 0;
  std::uint32_t entries = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t body_checksum = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, store, slot, generation, segment_bytes, covered_bytes, records_max, sealed, names, entries,
            body_bytes, body_checksum);
  }
};

template <class Archive>
void move_entry(Archive& archive, segment_index_entry& entry) {
  archive(cereal::binary_data(entry.key.bytes.data(), entry.key.bytes.size()));
  archive(entry.sequence, entry.offset, entry.payload_bytes, entry.name, entry.priority, entry.flags, entry.expiry_ns);
}

failure corrupt(const std::string& what) { return {errc::corrupt, "segment index: " + what}; }

std::string body_of(const segment_index& index) {
  std::ostringstream out;
  {
    cereal::PortableBinaryOutputArchive archive{out, cereal::PortableBinaryOutputArchive::Options::LittleEndian()};
    for (const auto& name : index.names) {
      archive(static_cast<std::uint8_t>(name.size()));
      archive(cereal::binary_data(name.data(), name.size()));
    }
    for (auto entry : index.entries)
      move_entry(archive, entry);
  }
  return std::move(out).str();
}

/// Pre: `body` has passed its checksum, so hearth wrote its lengths; they are bounded anyway.
void read_body(std::span<const std::byte> body, const index_header& header, segment_index& index) {
  byte_stream in{body};
  cereal::PortableBinaryInputArchive archive{in};
  for (std::uint32_t i = 0; i < header.names; ++i) {
    std::uint8_t length = 0;
    archive(length);
    std::string name(length, '\0');
    archive(cereal::binary_data(name.data(), name.size()));
    index.names.push_back(std::move(name));
  }
  index.entries.resize(header.entries);
  for (auto& entry : index.entries)
    move_entry(archive, entry);
}

result<void> check(const index_header& header, std::uint64_t body_bytes) {
  if (header.generation >= segment_numbers_end || header.names > names_max || header.entries > header.records_max ||
      header.sealed > 1 || header.segment_bytes % page_size != 0 || header.covered_bytes % page_size != 0 ||
      header.covered_bytes > header.segment_bytes)
    return corrupt("a field of its header is out of range");
  if (header.body_bytes != body_bytes || header.entries > body_bytes / entry_bytes + 1)
    return corrupt("found " + std::to_string(body_bytes) + " bytes behind the header, expected " +
                   std::to_string(header.body_bytes));
  return {};
}

/// Checks the invariant of `segment_index`.
result<void> check(const segment_index& index) {
  std::uint64_t end = 0;
  for (const auto& name : index.names)
    if (!is_namespace_name(name))
      return corrupt("a name that no namespace can have");
  for (const auto& entry : index.entries) {
    if (entry.offset < end || entry.offset % page_size != 0 || entry.offset > index.covered_bytes ||
        segment_record_bytes(entry.payload_bytes) > index.covered_bytes - entry.offset)
      return corrupt("an entry at " + std::to_string(entry.offset) + " is not where a record can be");
    if (entry.sequence == 0 || entry.sequence >= segment_numbers_end)
      return corrupt("an entry with a sequence that no record has");
    if (entry.name >= index.names.size())
      return corrupt("an entry of a namespace that is not named");
    end = entry.offset + segment_record_bytes(entry.payload_bytes);
  }
  return {};
}

} // namespace

std::uint64_t segment_index_bytes(std::uint64_t records_max) noexcept {
  const auto bytes = page_size + 1 + records_max * entry_bytes + std::min(records_max, names_max) * name_bytes_max;
  return (bytes + page_size - 1) / page_size * page_size;
}

std::vector<std::byte> encode(const segment_index& index) {
  assert(check(index).ok() && index.entries.size() <= index.records_max);
  const auto body = body_of(index);
  const auto body_bytes = std::as_bytes(std::span{body});
  const auto header = encode_page(
      index_magic, index_header{index_version, index.store, index.slot, index.generation, index.segment_bytes,
                                index.covered_bytes, index.records_max, static_cast<std::uint8_t>(index.sealed),
                                static_cast<std::uint32_t>(index.names.size()),
                                static_cast<std::uint32_t>(index.entries.size()), body.size(), checksum(body_bytes)});
  std::vector<std::byte> bytes(page_size + body.size());
  std::copy(header.begin(), header.end(), bytes.begin());
  std::copy(body_bytes.begin(), body_bytes.end(), bytes.begin() + page_size);
  return bytes;
}

result<segment_index> decode_segment_index(std::span<const std::byte> bytes) {
  if (bytes.size() < page_size)
    return corrupt("found " + std::to_string(bytes.size()) + " bytes, expected at least " + std::to_string(page_size));
  const auto header = decode_page<index_header>(bytes.first(page_size), index_magic, "segment index");
  if (!header)
    return header.error();
  if (header->version != index_version)
    return failure{errc::unsupported, "segment index: found version " + std::to_string(header->version) +
                                          ", expected " + std::to_string(index_version)};
  const auto body = bytes.subspan(page_size);
  if (auto valid = check(*header, body.size()); !valid)
    return valid.error();
  if (checksum(body) != header->body_checksum)
    return corrupt("its checksum does not match its bytes");
  segment_index index{header->store,
                      header->slot,
                      header->generation,
                      header->segment_bytes,
                      header->covered_bytes,
                      header->records_max,
                      header->sealed != 0,
                      {},
                      {}};
  try {
    read_body(body, *header, index);
  } catch (const std::exception& error) {
    return corrupt(error.what());
  }
  if (auto valid = check(index); !valid)
    return valid.error();
  return index;
}

result<void> write_segment_index(file_system& files, const std::string& path, const segment_index& index) {
  return replace_file(files, path, encode(index));
}

result<std::uint32_t> read_records_max(file_system& files, const std::string& path) {
  auto opened = files.open(path, open_mode::read);
  if (!opened)
    return opened.error();
  page_bytes page{};
  const auto got = (*opened)->read(0, page);
  if (!got)
    return got.error();
  const auto header = decode_page<index_header>(std::span{page}.first(*got), index_magic, path);
  if (!header)
    return header.error();
  return header->records_max;
}

result<segment_index> read_segment_index(file_system& files, const std::string& path) {
  const auto bytes = read_whole_file(files, path, index_bytes_max);
  if (bytes.code() == errc::invalid_argument)
    return failure{errc::corrupt, bytes.error().context};
  if (!bytes)
    return bytes.error();
  auto index = decode_segment_index(*bytes);
  if (!index)
    return failure{index.code(), path + ": " + index.error().context};
  return index;
}

} // namespace hearth::storage
