#include "storage/format/page.hpp"

#include "storage/format/checksum.hpp"

namespace hearth::storage {

namespace {

std::uint64_t stored_checksum(std::span<const std::byte> page) {
  std::uint64_t sum = 0;
  for (auto at = page.size(); at > page_checksum_at; --at)
    sum = sum << 8 | std::to_integer<std::uint64_t>(page[at - 1]);
  return sum;
}

} // namespace

void seal_page(page_bytes& page) {
  auto sum = checksum(std::span{page}.first(page_checksum_at));
  for (auto at = page_checksum_at; at < page.size(); ++at, sum >>= 8)
    page[at] = static_cast<std::byte>(sum);
}

result<void> check_page(std::span<const std::byte> bytes, std::string_view magic, const std::string& what) {
  if (bytes.size() != page_size)
    return {errc::corrupt,
            what + ": found " + std::to_string(bytes.size()) + " bytes, expected " + std::to_string(page_size)};
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    return {errc::corrupt, what + ": does not start with \"" + std::string{magic} + "\""};
  if (stored_checksum(bytes) != checksum(bytes.first(page_checksum_at)))
    return {errc::corrupt, what + ": its checksum does not match its bytes"};
  return {};
}

} // namespace hearth::storage
