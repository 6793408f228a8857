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
  make,    ///< a new file, its space reserved
  recycle, ///< the same file under a new generation
  remove,
};

/// One operation on the files of one segment, and its result. Threads: one owner at a time.
struct segment_job {
  segment_work what = segment_work::make;
  segment_index fresh;                          ///< its index afterwards: empty, of a new generation
  std::shared_ptr<file> target;                 ///< of a file to be removed: the only owner
  std::vector<std::shared_ptr<file>> copied_to; ///< segments with copies; synced before the originals are overwritten
  bool left_behind = false;                     ///< creation failed, and its remains could not be removed
  bool without_index = false;                   ///< the disk was too full to write `fresh`
  result<void> outcome;
};

/// One checkpoint: the segments whose data is synced, then the indexes that list the data. Threads: one owner at a
/// time.
struct checkpoint_job {
  struct part {
    segment_index index;
    std::shared_ptr<file> target;
    bool sync_data = false;
  };
  std::vector<part> parts;
  std::map<namespace_id, cold_amount> persisted; ///< blocks that count as synced on success
  std::vector<std::function<void(result<void>)>> waiting;
  bool complete = true; ///< no dirty segment was left out
  bool recency = false; ///< also writes the order of use
  std::uint64_t written_bytes = 0;
  result<std::uint64_t> free = std::uint64_t{0}; ///< free bytes of the file system at the end
  result<void> outcome;
};

/// File operations on segments, in the order that keeps two invariants: recovery never accepts a record of an older
/// generation, and an index never lists a record whose bytes are not durable. Calls block. Threads: any; jobs on
/// different segments may run at the same time.
class segment_files {
public:
  /// `folder`: the directory of the segments, ending in '/'. `place`: that directory, kept open; nothing is written by
  /// name once the path leads elsewhere.
  segment_files(std::shared_ptr<file_system> files, std::string folder, std::shared_ptr<held_directory> place)
      : files_(std::move(files)), folder_(std::move(folder)), place_(std::move(place)) {}

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string path(std::uint32_t slot, segment_file_kind kind) const {
    return folder_ + to_string(slot, kind);
  }

  /// Creates, recycles or removes the segment `job.fresh.slot`, after it has synced the copies in `job.copied_to`.
  /// After `make` and `recycle`: the old index is durably gone, so the segment may be overwritten. If the disk is too
  /// full for the new index of a recycled segment, the old index is removed instead, with the same effect
  /// (`job.without_index`). Errors (in `job.outcome`): io, no_space, not_found (the path leads to another directory),
  /// invalid_argument (the name is not a regular file).
  void prepare(segment_job& job) const;

  /// Makes the data of all parts durable, then the indexes, then their names. If a data sync fails, no index is
  /// written. `recency` returns the encoded order of use; that is only a hint, so failing to write it is not an error.
  /// Errors (in `job.outcome`): io, no_space, not_found (the path leads to another directory).
  void checkpoint(checkpoint_job& job, const std::function<std::vector<std::byte>()>& recency) const;

  /// Removes the files of a segment, the index first. If that fails the data stays: recovery treats data without an
  /// index as empty, but with an index and no data, blocks would be written to a file that recovery does not find. A
  /// name that is not a regular file is foreign and left alone. Errors: io.
  [[nodiscard]] result<void> remove(std::uint32_t slot) const;

  /// Free bytes of the file system. Errors: not_found, io.
  [[nodiscard]] result<std::uint64_t> free_bytes() const { return files_->free_bytes(folder_); }

private:
  void make(segment_job& job) const;

  const std::shared_ptr<file_system> files_;
  const std::string folder_;
  const std::shared_ptr<held_directory> place_;
};

} // namespace hearth::storage
