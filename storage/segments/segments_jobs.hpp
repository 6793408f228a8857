#pragma once

#include "storage/segments/segments_core.hpp"

namespace hearth::storage {

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
