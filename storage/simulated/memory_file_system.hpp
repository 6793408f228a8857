#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::storage {

/// Operations of a `memory_file_system` that a test can make fail.
enum class file_operation : std::uint8_t { open, read, write, rename, remove, sync, list, reserve };

/// Files in memory, for tests: the same contract as the operating system's, and faults on demand.
/// The root "/" exists. Threads: any.
class memory_file_system : public file_system {
public:
  /// The next `count` operations of this kind fail with `code` (io, no_space, ...), after `skip` that pass. Replaces
  /// what was planned for this kind before. A write fails half-way: the first half of its bytes has been written.
  virtual void fail_next(file_operation operation, errc code, std::uint64_t count = 1, std::uint64_t skip = 0) = 0;

  /// How many operations of this kind have failed because a test wanted it.
  [[nodiscard]] virtual std::uint64_t failed(file_operation operation) const = 0;

  /// The process is killed: after `operations` - 1 more of the kinds above each fails and changes nothing, but for the
  /// first of them, which is a write that got half-way if it is a write. 0: now. Ends with the next call, or a power
  /// cut.
  virtual void kill_after(std::uint64_t operations) = 0;
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// The power goes. Of what was not synced, `seed` decides what is kept, lost or half there: each page of a file by
  /// itself, of the names that were made, changed and removed in a directory the first so many. A file is durable after
  /// its `sync`, its name after `sync_names` of its directory, all of them after `sync_all`; a length also with the
  /// name. After: files that are open only fail, all locks are free, planned faults stay planned. Pre: expected.
  virtual void power_cut(std::uint64_t seed) = 0;

  /// Gives a directory another name, with all that is in it; what is open stays open, and locked what is locked. As
  /// somebody would who unmounts it there and mounts it here: a power cut does not undo it, and what was durable in it
  /// is so under the new name. Pre: it is there, the new name is free.
  virtual void move_directory(const std::string& from, const std::string& to) = 0;

  /// Writes that would make the files hold more than this fail with no_space. Default: no limit.
  virtual void capacity(std::uint64_t bytes) = 0;

  /// Bytes in all files now, and the most there ever were.
  [[nodiscard]] virtual std::uint64_t bytes_in_use() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_peak() const = 0;
};

/// If power cuts are to be expected it keeps what they could bring back: pages that were overwritten and files that
/// were removed since the last sync.
[[nodiscard]] std::shared_ptr<memory_file_system> make_memory_file_system(bool expects_power_cuts = false);

} // namespace hearth::storage
