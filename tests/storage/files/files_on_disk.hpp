#pragma once

#include "storage/files/block_file.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

namespace hearth::testing {

inline constexpr const char* blocks_directory = "/cache/blocks/";

/// The name of the only block that is on disk.
inline std::string only_block(memory_store_world& world) {
  const auto names = names_in(*world.disk, "/cache/blocks");
  REQUIRE(names.size() == 1);
  return blocks_directory + names.front();
}

inline void flip(file_system& files, const std::string& path, std::size_t at) {
  auto text = read_file(files, path);
  text.at(at) = static_cast<char>(text.at(at) ^ 0x10);
  auto opened = files.open(path, open_mode::read_write);
  REQUIRE(opened);
  REQUIRE(write_text(**opened, 0, text));
}

inline void truncate(file_system& files, const std::string& path, std::size_t bytes) {
  const auto text = read_file(files, path).substr(0, bytes);
  REQUIRE(files.remove(path));
  put_file(files, path, text);
}

inline std::size_t files_in(memory_store_world& world) { return names_in(*world.disk, "/cache/blocks").size(); }

} // namespace hearth::testing
