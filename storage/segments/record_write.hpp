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

/// One append, from the call to its answer; or one copy of a block that reclaim keeps.
struct segment_append {
  append_item request; ///< in a copy only `item` is used
  std::string name_space;
  std::uint64_t checksum = 0; ///< of the payload
  std::uint64_t record_bytes = 0;
  std::uint64_t sequence = 0; ///< a copy keeps the sequence of its original
  std::uint64_t order = 0;    ///< position among all placed appends; 0: not placed yet
  segment_offset at;          ///< its place, once it is placed
  bool erased = false;        ///< erased while it was placed or being written
  bool copy = false;
};

/// One write of one or more records that are contiguous in one segment. Threads: one owner at a time.
struct record_write {
  std::uint64_t number = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t offset = 0; ///< of the first record in the segment's file, bytes
  std::uint64_t bytes = 0;
  std::shared_ptr<file> target;
  std::vector<std::shared_ptr<segment_append>> records;
  std::optional<mutable_buffer> headers; ///< one page per record
  std::shared_ptr<io_transfer> transfer; ///< set by `lay_out`
  result<void> outcome;
};

/// Encodes the headers of all records and sets `write.transfer`, which writes header and payload alternately. `store`
/// is the number of the store. Payloads are not copied. Needs no lock: it only uses members of the write, and members
/// of its records that never change. Errors: no_memory (in `write.outcome`; then there is no transfer).
void lay_out(record_write& write, std::uint64_t store);

} // namespace hearth::storage
