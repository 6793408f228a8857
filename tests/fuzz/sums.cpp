#include "tests/fuzz/sums.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace hearth::fuzz {

namespace {

using storage::page_size;

// FORMAT.md describes the fields in front of it.
constexpr std::size_t index_body_bytes_at = 62;
constexpr std::size_t index_body_sum_at = 70;
constexpr std::size_t recency_entries_at = 21;
constexpr std::size_t recency_body_sum_at = 29;

void put_number(std::span<std::byte> into, std::uint64_t value) {
  for (auto& byte : into) {
    byte = static_cast<std::byte>(value);
    value >>= 8;
  }
}

bool starts_with(std::span<const std::byte> file, std::string_view magic) {
  return file.size() >= page_size && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
}

} // namespace

void fit_page_sum(std::span<std::byte> page) {
  if (page.size() < page_size)
    return;
  storage::page_bytes sealed;
  std::copy_n(page.begin(), sealed.size(), sealed.begin());
  storage::seal_page(sealed);
  std::copy(sealed.begin(), sealed.end(), page.begin());
}

bool fit_body_sum(std::span<std::byte> file) {
  const bool index = starts_with(file, "hearthI1");
  if (!index && !starts_with(file, "hearthU1"))
    return false;
  const auto body = file.subspan(page_size);
  put_number(file.subspan(index ? index_body_bytes_at : recency_entries_at, 8), body.size() / (index ? 1 : 8));
  put_number(file.subspan(index ? index_body_sum_at : recency_body_sum_at, 8), storage::checksum(body));
  fit_page_sum(file.first(page_size));
  return true;
}

} // namespace hearth::fuzz
