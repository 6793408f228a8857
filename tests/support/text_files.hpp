#pragma once

#include "storage/io/file_system.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::testing {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

inline storage::result<void> write_text(storage::file& target, std::uint64_t offset, std::string_view text) {
  const std::array parts{bytes_of(text)};
  return target.write(offset, parts);
}

inline void put_file(storage::file_system& files, const std::string& path, std::string_view text) {
  auto made = files.open(path, storage::open_mode::create);
  REQUIRE(made);
  REQUIRE(write_text(**made, 0, text));
}

inline std::string read_file(storage::file_system& files, const std::string& path) {
  auto opened = files.open(path, storage::open_mode::read);
  REQUIRE(opened);
  std::string text(static_cast<std::size_t>((*opened)->size().value()), '\0');
  REQUIRE((*opened)->read(0, std::as_writable_bytes(std::span{text})).value() == text.size());
  return text;
}

inline std::vector<std::string> names_in(storage::file_system& files, const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : files.list(path).value())
    names.push_back(entry.name);
  return names;
}

} // namespace hearth::testing
