#pragma once

#include "storage/io/io_engine.hpp"
#include "storage/memory/buffer.hpp"
#include "storage/segments/segment_placement.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth::storage {

/// One append, from the call to its answer; or the copy of a block that reclaim keeps.
struct segment_append {
  append_item request; ///< of a copy only `item` counts
  std::string name_space;
  std::uint64_t checksum = 0; ///< of the payload
  std::uint64_t record_bytes = 0;
  std::uint64_t sequence = 0; ///< a copy has that of its original
  std::uint64_t order = 0;    ///< of its place among all that were placed; 0: it has no place yet
  segment_offset at;          ///< its place, once it has one
  bool erased = false;        ///< an erase came while it was being written
  bool copy = false;
};

/// Records that are written in one go: they lie one behind the other in one segment. Threads: one owner at a time.
struct record_write {
  std::uint64_t number = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t offset = 0; ///< of the first record in the segment's file, bytes
  std::uint64_t bytes = 0;
  std::shared_ptr<file> target;
  std::vector<std::shared_ptr<segment_append>> records;
  std::optional<mutable_buffer> headers; ///< one page a record
  std::shared_ptr<io_transfer> transfer; ///< set by `lay_out`
  result<void> outcome;
};

/// Encodes the headers of all records and lists what is to be written, header and payload by turns: sets
/// `write.transfer`. `store` is the number of the store. Payloads are not copied. Touches only what belongs to the
/// write and what never changes in its records, so it needs no lock. Errors: no_memory (in `write.outcome`; then there
/// is no transfer).
void lay_out(record_write& write, std::uint64_t store);

} // namespace hearth::storage
