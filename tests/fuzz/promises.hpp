#pragma once

#include "storage/verify/verify_report.hpp"
#include "tests/fuzz/opened_world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace hearth::fuzz {

/// Payloads that may be read under each key: payloads that were put, and payloads of complete records (header and
/// payload) on the disk. An edit that recomputes checksums forges a record that no store can tell from its own; without
/// such an edit, the disk has only records of blocks that were put.
class put_payloads {
public:
  void note(const storage::block_key& key, const storage::buffer& payload);

  /// Searches every page of every file for records.
  void note_records(const directory_image& image);

  [[nodiscard]] bool may_be(const storage::block_key& key, std::span<const std::byte> payload) const;

private:
  std::map<storage::block_key, std::set<std::pair<std::uint64_t, std::uint64_t>>> known_; ///< length, XXH3-64
};

/// Verifies the store on `disk`, whose files are `image`. Checks that nothing is changed. Returns nothing if the store
/// is refused.
[[nodiscard]] std::optional<storage::verify_report> check_verify(storage::file_system& disk,
                                                                 const directory_image& image);

/// Repairs the store. Checks: if the repair reports all damage as dealt with, a second verify finds no damage, and no
/// sound block is lost.
void check_repair(storage::file_system& disk, const storage::verify_report& before);

/// How to open a directory.
struct opening {
  std::uint64_t bytes_max = 0;
  std::optional<storage::verify_report> verified; ///< if set, the store must hold exactly these blocks
  bool appends = false;                           ///< then also erase and append
};

/// Opens the store, reads every block, closes it and opens it again. Checks: a refused directory is unchanged; the
/// bytes on disk stay within the limit; every block read was put; each opening finds what the last one left.
void check_opening(const std::shared_ptr<storage::memory_file_system>& disk, const opening& how, put_payloads& put);

} // namespace hearth::fuzz
