#include "storage/segments/segment_record.hpp"
#include "storage/verify/verify.hpp"
#include "tests/fuzz/directory_edits.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/opened_world.hpp"
#include "tests/fuzz/promises.hpp"

#include <algorithm>

// Input: store, limit, actions, then edits. The target edits the directory of a real store. Then the directory must be
// refused, or opened as a store that keeps the contract.
namespace hearth::fuzz {

namespace {

/// Directories of real stores: synced, killed before a sync, recycled.
struct laid_down {
  std::vector<directory_image> images;
  put_payloads put;
};

constexpr unsigned blocks = 9;

directory_image lay_down(std::uint64_t bytes_max, unsigned rounds, bool synced, put_payloads& put) {
  auto disk = disk_with({});
  {
    opened_world world{disk, bytes_max};
    demand(!world.refusal(), "an empty directory is taken into use");
    for (unsigned i = 0; i < blocks * rounds; ++i) {
      const auto number = i % blocks;
      demand(world.append(number, i / blocks) == storage::errc::none, "a block is stored");
      put.note(key_of(number), payload_of(number, i / blocks));
      if (i == blocks / 2)
        demand(world.sync() == storage::errc::none, "a store is synced");
    }
    demand(!synced || world.sync() == storage::errc::none, "a store is synced");
  }
  return image_of(*disk);
}

const laid_down& real_stores() {
  static const laid_down made = [] {
    laid_down all;
    const auto add = [&](std::uint64_t bytes_max, unsigned rounds, bool synced) {
      all.images.push_back(lay_down(bytes_max, rounds, synced, all.put));
    };
    add(room_for(4), 1, true);
    add(room_for(4), 1, false);
    add(room_for(3), 3, true);
    return all;
  }();
  return made;
}

/// Choices made by the second and the third byte of an input.
struct choices {
  std::uint64_t bytes_max = 0;
  bool ample = false;   ///< nothing needs to be reclaimed
  bool repairs = false; ///< first verify with repair
  bool appends = false; ///< then also erase and append
};

choices draw(byte_source& source) {
  choices drawn;
  const auto limit = source.byte() % 4;
  const auto more = source.byte();
  drawn.ample = limit < 2;
  drawn.bytes_max = drawn.ample ? 64u << 20 : room_for(limit == 2 ? 1 : 3);
  drawn.repairs = more % 2 == 1;
  drawn.appends = more / 2 % 2 == 1;
  return drawn;
}

void run_recovery(std::span<const std::byte> input) {
  const auto& real = real_stores();
  byte_source source{input};
  const auto chosen = source.byte() % real.images.size();
  const auto how = draw(source);
  auto image = real.images[chosen];
  apply_edits(source, image, real.images);
  auto disk = disk_with(image);
  image = image_of(*disk);
  auto put = real.put;
  put.note_records(image);
  const auto verified = check_verify(*disk, image);
  if (how.repairs && verified)
    check_repair(*disk, *verified);
  check_opening(disk, {how.bytes_max, how.ample && !how.repairs ? verified : std::nullopt, how.appends}, put);
}

std::vector<bytes> seeds_of_recovery() {
  std::vector<bytes> seeds;
  for (std::uint64_t store = 0; store < 3; ++store)
    for (std::uint64_t limit = 0; limit < 4; ++limit)
      seeds.push_back(input_writer{}.number(store).number(limit).number(store + limit).finish());
  for (std::uint64_t kind = 0; kind < static_cast<std::uint64_t>(edit::count); ++kind)
    for (std::uint64_t file = 1; file < 6; ++file) // several edits at once, with numbers that each edit uses
      seeds.push_back(input_writer{}
                          .number(file % 3)
                          .number(kind % 2)
                          .number(file)
                          .number(kind)
                          .number(file, 2)
                          .number(1, 2)
                          .number(60 + 5 * kind, 2)
                          .number(3)
                          .number(0x0102030405060708, 8)
                          .number(file)
                          .finish());
  return seeds;
}

} // namespace

const target recovery{"recovery", run_recovery, seeds_of_recovery, 2'000};

} // namespace hearth::fuzz
