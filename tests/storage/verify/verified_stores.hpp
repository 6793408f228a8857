#pragma once

#include "storage/segments/segments_recovery.hpp"
#include "storage/verify/verify.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

#include <map>
#include <string>

namespace hearth::testing {

inline constexpr std::size_t small_block = 5000;          ///< a record of three pages
inline constexpr std::uint64_t small_record = 3 * 4096;   ///< record of a small block
inline constexpr std::uint64_t small_segment = 15 * 4096; ///< five small records

template <class World>
std::string directory_of(World& world) {
  if constexpr (requires { world.directory; })
    return world.directory.path();
  else
    return "/cache";
}

template <class World>
std::string path_in(World& world, const std::string& name) {
  return directory_of(world) + "/" + name;
}

/// Opens or reopens a segments store with room for five small blocks per segment.
template <class World>
void open_small(World& world) {
  if constexpr (requires { world.tuning; }) {
    world.tuning.segment_bytes = small_segment;
    world.tuning.reclaim_ahead_bytes = 0;
  }
  world.open_bytes(4 << 20);
}

/// Puts blocks 1 to `last`, every third in the namespace "b", syncs and closes the store. Segment 0 holds the first
/// five, and so on.
template <class World>
void fill(World& world, unsigned last = 12) {
  open_small(world);
  for (unsigned i = 1; i <= last; ++i)
    REQUIRE(world.append(i, small_block, 0, i % 3 == 0 ? 1 : 0) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
}

template <class World>
result<verify_report> try_verify(World& world, bool repair = false, const verify_hooks& hooks = {}) {
  return verify_store(world.files(), directory_of(world), repair, hooks);
}

template <class World>
verify_report verify(World& world, bool repair = false) {
  auto report = try_verify(world, repair);
  INFO((report.ok() ? std::string{} : to_string(report.error())));
  REQUIRE(report);
  if (report->repair_failure)
    FAIL(to_string(*report->repair_failure));
  return std::move(*report);
}

/// The only finding that is damage.
inline finding only_damage(const verify_report& report) {
  REQUIRE(report.damaged() == 1);
  for (const auto& one : report.findings)
    if (is_damage(one.kind))
      return one;
  return {};
}

/// Every file below a directory, with its bytes. The lock file's bytes are ignored, because it names its last holder.
inline std::map<std::string, std::string> files_below(file_system& files, const std::string& directory) {
  std::map<std::string, std::string> all;
  for (const auto& entry : files.list(directory).value()) {
    const auto path = directory + "/" + entry.name;
    if (entry.kind == entry_kind::directory)
      all.merge(files_below(files, path));
    else if (entry.kind == entry_kind::regular)
      all[path] = entry.name == "hearth.lock" ? "" : read_file(files, path);
  }
  return all;
}

template <class World>
std::map<std::string, std::string> files_of(World& world) {
  return files_below(world.files(), directory_of(world));
}

template <class World>
void overwrite(World& world, const std::string& name, std::uint64_t at, std::string_view text) {
  auto opened = world.files().open(path_in(world, name), open_mode::read_write);
  REQUIRE(opened);
  REQUIRE(write_text(**opened, at, text));
}

template <class World>
void flip_bit(World& world, const std::string& name, std::uint64_t at) {
  const auto text = read_file(world.files(), path_in(world, name));
  const auto flipped = static_cast<char>(text.at(at) ^ 0x10);
  overwrite(world, name, at, std::string(1, flipped));
}

template <class World>
void cut(World& world, const std::string& name, std::size_t bytes) {
  const auto text = read_file(world.files(), path_in(world, name)).substr(0, bytes);
  REQUIRE(world.files().remove(path_in(world, name)));
  put_file(world.files(), path_in(world, name), text);
}

inline std::string segment(unsigned slot) { return "segments/" + to_string(slot, segment_file_kind::data); }
inline std::string index_of(unsigned slot) { return "segments/" + to_string(slot, segment_file_kind::index); }

} // namespace hearth::testing
