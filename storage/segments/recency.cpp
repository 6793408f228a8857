#include "storage/segments/recency.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"
#include "storage/format/whole_file.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

constexpr std::string_view recency_magic = "hearthU1";
constexpr std::uint32_t recency_version = 1;
constexpr std::uint64_t recency_bytes_max = 1ull << 34;

struct recency_header {
  std::uint32_t version = 0;
  std::uint64_t store = 0;
  std::uint64_t entries = 0;
  std::uint64_t body_checksum = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, store, entries, body_checksum);
  }
};

} // namespace

std::uint64_t recency_bytes(std::uint64_t entries) noexcept {
  return page_size + (entries * sizeof(std::uint64_t) + page_size - 1) / page_size * page_size;
}

std::vector<std::byte> encode_recency(std::uint64_t store, const std::vector<std::uint64_t>& sequences) {
  std::vector<std::byte> bytes(page_size);
  bytes.reserve(page_size + sequences.size() * sizeof(std::uint64_t));
  for (auto sequence : sequences)
    for (std::size_t i = 0; i < sizeof(sequence); ++i, sequence >>= 8)
      bytes.push_back(static_cast<std::byte>(sequence));
  const auto header = encode_page(recency_magic, recency_header{recency_version, store, sequences.size(),
                                                                checksum(std::span{bytes}.subspan(page_size))});
  std::copy(header.begin(), header.end(), bytes.begin());
  return bytes;
}

result<std::vector<std::uint64_t>> check_recency(file_system& files, const std::string& path, std::uint64_t store) {
  const auto corrupt = [&](const std::string& what) { return failure{errc::corrupt, path + ": " + what}; };
  const auto bytes = read_whole_file(files, path, recency_bytes_max);
  if (bytes.code() == errc::invalid_argument)
    return corrupt(bytes.error().context);
  if (!bytes)
    return bytes.error();
  if (bytes->size() < page_size)
    return corrupt("found " + std::to_string(bytes->size()) + " bytes, expected at least " + std::to_string(page_size));
  const auto header = decode_page<recency_header>(std::span{*bytes}.first(page_size), recency_magic, path);
  const auto body = std::span{*bytes}.subspan(page_size);
  if (!header)
    return header.error();
  if (header->version != recency_version)
    return failure{errc::unsupported, path + ": found version " + std::to_string(header->version) + ", expected " +
                                          std::to_string(recency_version)};
  if (header->store != store)
    return corrupt("belongs to another store");
  if (header->entries != body.size() / sizeof(std::uint64_t) || header->body_checksum != checksum(body))
    return corrupt("its checksum does not match its bytes");
  std::vector<std::uint64_t> sequences;
  sequences.reserve(header->entries);
  for (std::size_t at = 0; at + sizeof(std::uint64_t) <= body.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t sequence = 0;
    for (std::size_t i = sizeof(sequence); i > 0; --i)
      sequence = sequence << 8 | std::to_integer<std::uint64_t>(body[at + i - 1]);
    sequences.push_back(sequence);
  }
  return sequences;
}

std::vector<std::uint64_t> read_recency(file_system& files, const std::string& path, std::uint64_t store) {
  auto sequences = check_recency(files, path, store);
  return sequences ? std::move(*sequences) : std::vector<std::uint64_t>{};
}

} // namespace hearth::storage
