#pragma once

#include "storage/file_system.hpp"

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

  /// Writes that would make the files hold more than this fail with no_space. Default: no limit.
  virtual void capacity(std::uint64_t bytes) = 0;

  /// Bytes in all files now, and the most there ever were.
  [[nodiscard]] virtual std::uint64_t bytes_in_use() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_peak() const = 0;
};

[[nodiscard]] std::shared_ptr<memory_file_system> make_memory_file_system();

} // namespace hearth::storage
