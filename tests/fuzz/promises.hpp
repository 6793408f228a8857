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

/// What may be read under each key: the payloads that were put, and those of records that stand on the disk, header and
/// payload whole. An edit that makes sums fit is a forgery, which no store can tell from what it has written; without
/// one there is no record on the disk but those that were put.
class put_payloads {
public:
  void note(const storage::block_key& key, const storage::buffer& payload);

  /// Looks for records at every page of every file.
  void note_records(const directory_image& image);

  [[nodiscard]] bool may_be(const storage::block_key& key, std::span<const std::byte> payload) const;

private:
  std::map<storage::block_key, std::set<std::pair<std::uint64_t, std::uint64_t>>> known_; ///< length, XXH3-64
};

/// Verifies the store on `disk`, whose files are `image`. What must hold: nothing is changed. Returns nothing if it is
/// refused.
[[nodiscard]] std::optional<storage::verify_report> check_verify(storage::file_system& disk,
                                                                 const directory_image& image);

/// Repairs it. What must hold: if the repair says that it has dealt with all damage, none is found afterwards, and no
/// sound block is lost.
void check_repair(storage::file_system& disk, const storage::verify_report& before);

/// How a directory is opened.
struct opening {
  std::uint64_t bytes_max = 0;
  std::optional<storage::verify_report> verified; ///< if set, the store must hold just these blocks
  bool appends = false;                           ///< goes on to erase and append
};

/// Opens it, reads every block, closes and opens again. What must hold: a directory that is refused is as it was; the
/// bytes on disk stay within the limit; what is read was put; each opening finds what the last one left.
void check_opening(const std::shared_ptr<storage::memory_file_system>& disk, const opening& how, put_payloads& put);

} // namespace hearth::fuzz
