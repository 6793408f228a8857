#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/io/io_engine.hpp"
#include "storage/memory/buffer.hpp"
#include "storage/segments/segment_record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hearth::storage {

/// One read of a record, from the call to its answer: the place, the expected block, and the result. Threads: one owner
/// at a time.
struct record_read {
  std::function<void(result<block>)> done; ///< empty: reclaim reads it to copy it
  block_key key;
  namespace_id name_space = 0;
  std::string name; ///< of the namespace
  std::uint64_t sequence = 0;
  std::uint64_t payload_bytes = 0;
  record_place place;
  std::shared_ptr<file> target;
  std::shared_ptr<const cancellation> cancelled;
  std::optional<mutable_buffer> header;
  std::optional<mutable_buffer> payload;
  std::shared_ptr<io_transfer> transfer;     ///< set by `lay_out`
  result<block> outcome = given_up_unread(); ///< set by `verify`
};

/// Allocates the buffers and sets `read.transfer`, which reads into them. The payload goes straight into the buffer
/// that the caller gets. Errors: no_memory (in `read.outcome`; then there is no transfer).
void lay_out(record_read& read);

/// Verifies the bytes of the transfer and sets `read.outcome`: the block, if it is exactly the expected one. `folder`:
/// the directory of the segments, ending in '/', for errors. Pre: the transfer has ended. Errors (in `read.outcome`):
/// corrupt (the medium failed, the file is too short, or the record has another place, key, namespace, length or
/// checksum; the context says which), no_memory.
void verify(record_read& read, const std::string& folder);

} // namespace hearth::storage
