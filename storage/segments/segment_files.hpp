#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/io/file_system.hpp"
#include "storage/segments/segment_index.hpp"
#include "storage/segments/segments_recovery.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hearth::storage {

enum class segment_work : std::uint8_t {
  make,    ///< a new file, all of it reserved
  recycle, ///< the same file, begun anew
  remove,
};

/// What is done to the files of one segment, and what came of it. Threads: one owner at a time.
struct segment_job {
  segment_work what = segment_work::make;
  segment_index fresh;                          ///< what its index says afterwards: nothing, of a new generation
  std::shared_ptr<file> target;                 ///< of a file that is to be removed: the only owner
  std::vector<std::shared_ptr<file>> copied_to; ///< made durable before the originals go
  bool left_behind = false;                     ///< it could not be made, and its remains could not be removed
  bool without_index = false;                   ///< the disk was too full for `fresh`
  result<void> outcome;
};

/// What a checkpoint makes durable: the data of segments, then the indexes that list it. Threads: one owner at a time.
struct checkpoint_job {
  struct part {
    segment_index index;
    std::shared_ptr<file> target;
    bool sync_data = false;
  };
  std::vector<part> parts;
  std::map<namespace_id, cold_amount> persisted; ///< blocks that are synced if it ends well
  std::vector<std::function<void(result<void>)>> waiting;
  bool complete = true; ///< no index that changed was left out
  bool recency = false; ///< the order of use is written, too
  std::uint64_t written_bytes = 0;
  result<std::uint64_t> free = std::uint64_t{0}; ///< bytes of the file system, seen at the end
  result<void> outcome;
};

/// The files of a store's segments: the order in which they are written, synced and removed, so that recovery never
/// believes a record of an older generation and an index never lists a record whose bytes are not durable.
/// Calls block. Threads: any; jobs on different segments may run at the same time.
class segment_files {
public:
  /// `folder`: the directory of the segments, ending in '/'. `place`: nothing is written by name once the directory is
  /// another.
  segment_files(std::shared_ptr<file_system> files, std::string folder, std::shared_ptr<held_directory> place)
      : files_(std::move(files)), folder_(std::move(folder)), place_(std::move(place)) {}

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string path(std::uint32_t slot, segment_file_kind kind) const {
    return folder_ + to_string(slot, kind);
  }

  /// Makes, recycles or removes the segment `job.fresh.slot`, after the copies in `job.copied_to` have become durable.
  /// After `make` and `recycle`: the old index is durably gone, so the first byte may be overwritten. On a disk too
  /// full for the new index of a recycled segment the old one is removed, which says the same (`job.without_index`).
  /// Errors (in `job.outcome`): io, no_space, not_found (the directory is another), invalid_argument (the name is taken
  /// by what is no file).
  void prepare(segment_job& job) const;

  /// Makes the data of all parts durable, then the indexes, then their names. If the data cannot be made durable no
  /// index is written. `recency` gives the bytes of the order of use; it is only a hint, and not being written is no
  /// failure. Errors (in `job.outcome`): io, no_space, not_found (the directory is another).
  void checkpoint(checkpoint_job& job, const std::function<std::vector<std::byte>()>& recency) const;

  /// Removes the files of a segment. The index goes first, and if that fails the data stays: recovery takes data
  /// without an index for empty; with an index but no data, blocks would be written to a file that recovery does not
  /// find. A name that is no file belongs to somebody else and is left alone. Errors: io.
  [[nodiscard]] result<void> remove(std::uint32_t slot) const;

  /// Bytes that are free on the file system. Errors: not_found, io.
  [[nodiscard]] result<std::uint64_t> free_bytes() const { return files_->free_bytes(folder_); }

private:
  void make(segment_job& job) const;

  const std::shared_ptr<file_system> files_;
  const std::string folder_;
  const std::shared_ptr<held_directory> place_;
};

} // namespace hearth::storage
