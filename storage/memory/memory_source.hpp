#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace hearth::storage {

/// Alignment of every region, in bytes: the huge page size of x86-64 and of most other platforms.
inline constexpr std::size_t huge_page_alignment = std::size_t{2} << 20;

/// Source of a pool's memory. The pool keeps and reuses large regions, so calls are rare and may be slow. A host with
/// memory of its own (shared memory, one NUMA node, memory from a GPU driver) provides one. Threads: any.
class memory_source {
public:
  virtual ~memory_source() = default;

  struct region {
    std::byte* bytes = nullptr;
    std::size_t huge_page_bytes = 0; ///< part of the region known to be on huge pages
  };

  /// Maps `size_bytes`, aligned to `huge_page_alignment`. Touches every page, so that the first user does not wait for
  /// page faults. Pre: `size_bytes` is a positive multiple of 4096. Ownership: the caller's, until `unmap`. Errors:
  /// no_memory. Must not throw.
  [[nodiscard]] virtual result<region> map(std::size_t size_bytes) = 0;

  /// Takes a whole region back. Pre: no one uses the region.
  virtual void unmap(std::byte* bytes, std::size_t size_bytes) noexcept = 0;
};

/// The operating system's memory: anonymous memory of this process, on huge pages if available. The touch takes up to
/// 10 us per 4 KiB if the machine must first find the memory.
[[nodiscard]] std::shared_ptr<memory_source> system_memory();

/// Observer of the memory behind buffers. The watcher is told of each region before a buffer in the region is used, and
/// when the region leaves. Use it to pin memory for a GPU (`cudaHostRegister`), to lock it, or to register it with a
/// device or a kernel ring. Threads: calls come from any thread, one at a time; a thread that needs or returns memory
/// waits meanwhile. `leaves` may run on any thread that creates or releases a buffer. Do not create or release buffers
/// on a thread that must not call the device (such as a CUDA stream callback). The watcher must not create or release a
/// buffer, nor call `watch` or `unwatch`.
class memory_watcher {
public:
  virtual ~memory_watcher() = default;

  /// A region arrives: buffers will be cut from `region`. After a failure or an exception the memory is used all the
  /// same, but does not count as pinned.
  [[nodiscard]] virtual result<void> arrives(std::span<std::byte> region) = 0;

  /// A region leaves: the region has no buffer any more and returns to its source; or the watcher is removed, and the
  /// region may still have buffers. Called only if `arrives` succeeded.
  virtual void leaves(std::span<std::byte> region) noexcept = 0;
};

/// Watcher that locks the memory of buffers (`mlock`), so that the memory is never swapped out. The system limits how
/// much a process may lock. Memory beyond that limit stays unlocked, and `watch` fails with no_memory and names the
/// limit. If memory that arrives later stays unlocked, only `pinned_bytes` shows it.
[[nodiscard]] std::shared_ptr<memory_watcher> make_memory_lock();

} // namespace hearth::storage
