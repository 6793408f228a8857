#pragma once

#include "storage/segments/segments_core.hpp"

namespace hearth::storage {

/// One append, from the call to its answer; or a copy of a block that reclaim keeps.
struct segments_core::append_job {
  append_item request; ///< of a copy: only `item` counts
  std::string name_space;
  std::uint64_t checksum = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t sequence = 0; ///< a copy has that of its original
  std::uint64_t order = 0;    ///< of its place among all that were placed
  segment_offset at;          ///< its place, once it has one
  bool erased = false; ///< an erase came while it was being written
  bool copy = false;
};

/// Records that are written in one go, one behind the other.
struct segments_core::write_job {
  std::uint64_t number = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::shared_ptr<file> target;
  std::vector<std::shared_ptr<append_job>> records;
  std::optional<mutable_buffer> headers; ///< one page a record
  std::shared_ptr<io_transfer> transfer;
  result<void> outcome;
};

/// One read, from the call to its answer.
struct segments_core::read_job {
  std::function<void(result<block>)> done; ///< empty: a copy for reclaim
  block_key key;
  namespace_id name_space = 0;
  std::string name;
  std::uint64_t sequence = 0;
  std::uint64_t payload_bytes = 0;
  record_place place;
  std::shared_ptr<file> target;
  std::shared_ptr<const cancellation> cancelled;
  std::optional<mutable_buffer> header;
  std::optional<mutable_buffer> payload;
  std::shared_ptr<io_transfer> transfer;
  result<block> outcome = given_up_unread(); ///< written by the job
};

/// A segment's file is made, begun anew, or removed.
struct segments_core::segment_job {
  segment_work what = segment_work::make;
  segment_index fresh;                          ///< what its index says afterwards
  std::shared_ptr<file> target;                 ///< of a file that is to be removed: the only owner
  std::vector<std::shared_ptr<file>> copied_to; ///< made durable before the originals go
  bool left_behind = false;                     ///< it could not be made, and what there was of it not be removed
  bool without_index = false;                   ///< the disk was too full for `fresh`
  result<void> outcome;
};

/// Makes data durable, then the indexes that list it.
struct segments_core::checkpoint_job {
  struct part {
    segment_index index;
    std::shared_ptr<file> target;
    bool sync_data = false;
  };
  std::vector<part> parts;
  std::map<namespace_id, cold_amount> persisted; ///< blocks that are synced if it ends well
  std::vector<std::function<void(result<void>)>> waiting;
  bool complete = true; ///< no index that changed was left out
  bool recency = false;
  std::uint64_t written_bytes = 0;
  result<std::uint64_t> free = std::uint64_t{0}; ///< bytes of the file system, seen at the end
  result<void> outcome;
};

} // namespace hearth::storage
