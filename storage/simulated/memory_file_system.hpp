#pragma once

#include "storage/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::storage {

/// Operations of a `memory_file_system` that a test can make fail.
enum class file_operation : std::uint8_t { open, read, write, rename, remove, sync, list, reserve };

/// File system in memory, for tests: the same contract as the operating system's, with faults on demand. The root "/"
/// exists. Threads: any.
class memory_file_system : public file_system {
public:
  /// Plans faults: after `skip` operations of this kind, the next `count` fail with `code` (io, no_space, ...).
  /// Replaces an earlier plan for this kind. A write fails half-way: the first half of its bytes has been written.
  virtual void fail_next(file_operation operation, errc code, std::uint64_t count = 1, std::uint64_t skip = 0) = 0;

  /// Number of operations of this kind that failed as planned.
  [[nodiscard]] virtual std::uint64_t failed(file_operation operation) const = 0;

  /// Kills the process: after `operations` - 1 more of the kinds above, every operation fails and changes nothing; only
  /// the first failing one, if it is a write, gets half-way. 0: now. Ends with the next call, or with a power cut.
  virtual void kill_after(std::uint64_t operations) = 0;
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// Cuts the power. `seed` decides what is kept, lost or half written of everything that was not synced: each page of
  /// a file by itself; of the names created, changed and removed in a directory, a prefix. A file is durable after its
  /// `sync`, its name after `sync_names` of its directory; a length also with the name. After: open files only fail,
  /// all locks are free, planned faults stay planned. Pre: power cuts are expected.
  virtual void power_cut(std::uint64_t seed) = 0;

  /// Renames a directory with its content; open files stay open and locks stay locked. It acts like unmounting there
  /// and mounting here: a power cut does not undo it, and what was durable stays durable under the new name. Pre: it
  /// exists, and the new name is free.
  virtual void move_directory(const std::string& from, const std::string& to) = 0;

  /// Sets the capacity: writes beyond it fail with no_space. Default: no limit.
  virtual void capacity(std::uint64_t bytes) = 0;

  /// Total bytes of all files now, and their maximum so far.
  [[nodiscard]] virtual std::uint64_t bytes_in_use() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_peak() const = 0;
};

/// With `expects_power_cuts`, keeps what a power cut could bring back: pages overwritten and files removed since the
/// last sync.
[[nodiscard]] std::shared_ptr<memory_file_system> make_memory_file_system(bool expects_power_cuts = false);

} // namespace hearth::storage
