#include "storage/files/block_file.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/record_header.hpp"
#include "storage/hex.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace hearth::storage {

namespace {

constexpr std::size_t sequence_digits = 16;
constexpr std::size_t key_digits = 64;
constexpr std::size_t suffix_at = sequence_digits + 1 + key_digits;
constexpr std::uint64_t budget_unit = 4096;

std::string_view suffix(block_file_kind kind) { return kind == block_file_kind::complete ? ".block" : ".writing"; }

/// The caller of `append` knows two ways in which a write fails.
failure write_failure(failure error) {
  if (error.code != errc::no_space)
    error.code = errc::io;
  return error;
}

failure damaged(const std::string& path, const std::string& what) { return {errc::corrupt, path + ": " + what}; }

result<void> read_whole(file& opened, const std::string& path, std::uint64_t offset, std::span<std::byte> into) {
  const auto got = opened.read(offset, into);
  if (got.code() == errc::io) // the medium: reading once more would not help, writing the block anew does
    return failure{errc::corrupt, got.error().context};
  if (!got)
    return got.error();
  if (*got != into.size())
    return damaged(path, "ends after " + std::to_string(offset + *got) + " bytes, expected at least " +
                             std::to_string(offset + into.size()));
  return {};
}

} // namespace

std::string to_string(const block_file_name& name, block_file_kind kind) {
  return to_hex(name.sequence, sequence_digits).append("-").append(to_hex(name.key)).append(suffix(kind));
}

parsed_file_name parse_file_name(std::string_view text) {
  if (text.size() <= suffix_at)
    return {};
  parsed_file_name parsed;
  parsed.kind = text.substr(suffix_at) == suffix(block_file_kind::complete) ? block_file_kind::complete
                                                                            : block_file_kind::unfinished;
  const auto key = key_from_hex(text.substr(sequence_digits + 1, key_digits));
  const auto* digits_end = text.data() + sequence_digits;
  const auto [end, error] = std::from_chars(text.data(), digits_end, parsed.name.sequence, 16);
  if (!key || error != std::errc{} || end != digits_end)
    return {};
  parsed.name.key = *key;
  if (parsed.name.sequence >= sequence_end || to_string(parsed.name, parsed.kind) != text)
    return {};
  return parsed;
}

std::uint64_t block_file_length(std::uint64_t payload_bytes) noexcept {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  return payload_bytes > most - record_header_bytes ? most : record_header_bytes + payload_bytes;
}

std::uint64_t budget_bytes(std::uint64_t length) noexcept {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  return length > most - budget_unit ? most : (length + budget_unit - 1) / budget_unit * budget_unit;
}

result<void> write_block_file(file_system& files, const std::string& directory, const block_file_name& name,
                              const block& item, const std::string& name_space, std::int64_t last_use_ns) {
  const auto payload = item.payload.bytes();
  const auto header = encode({item.key, name_space, item.parent, payload.size(), checksum(payload)});
  const auto unfinished = directory + to_string(name, block_file_kind::unfinished);
  {
    auto made = files.open(unfinished, open_mode::create);
    if (!made)
      return write_failure(made.error());
    const std::array<std::span<const std::byte>, 2> parts{header, payload};
    if (auto written = (*made)->write(0, parts); !written)
      return write_failure(written.error());
    if (auto stored = (*made)->last_use(last_use_ns); !stored)
      return write_failure(stored.error());
  }
  if (auto named = files.rename(unfinished, directory + to_string(name, block_file_kind::complete)); !named)
    return write_failure(named.error());
  return {};
}

result<std::unique_ptr<file>> open_block_file(file_system& files, const std::string& path) {
  auto opened = files.open(path, open_mode::read);
  if (opened.code() == errc::not_found || opened.code() == errc::invalid_argument)
    return failure{errc::corrupt, opened.error().context};
  return opened;
}

result<block> read_block_file(file& opened, const std::string& path, const expected_block& expected) {
  header_bytes bytes{};
  if (auto got = read_whole(opened, path, 0, bytes); !got)
    return got.error();
  const auto header = decode(bytes);
  if (!header)
    return damaged(path, header.error().context);
  if (header->key != expected.key)
    return damaged(path, "holds another key, " + to_hex(header->key));
  if (header->name_space != expected.name_space)
    return damaged(path, "holds a block of namespace \"" + header->name_space + "\", expected \"" +
                             expected.name_space + "\"");
  if (header->payload_bytes != expected.payload_bytes)
    return damaged(path, "holds " + std::to_string(header->payload_bytes) + " payload bytes, expected " +
                             std::to_string(expected.payload_bytes));
  // Only now is the length worth an allocation: it is the one that this process wrote or recovered.
  auto payload = mutable_buffer::allocate(static_cast<std::size_t>(expected.payload_bytes));
  if (!payload)
    return payload.error();
  if (auto got = read_whole(opened, path, record_header_bytes, payload->bytes()); !got)
    return got.error();
  if (checksum(payload->bytes()) != header->payload_checksum)
    return damaged(path, "the payload's checksum does not match its bytes");
  return block{header->key, 0, header->parent, std::move(*payload).publish()};
}

} // namespace hearth::storage
