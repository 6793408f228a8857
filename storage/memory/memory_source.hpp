#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace hearth::storage {

/// Alignment of every region, in bytes: the huge page size of x86-64 and of most other platforms.
inline constexpr std::size_t huge_page_alignment = std::size_t{2} << 20;

/// Source of a pool's memory, in large regions that are kept and reused: calls are rare and may be slow. A host with
/// memory of its own (shared memory, one NUMA node, memory from a GPU driver) provides one. Threads: any.
class memory_source {
public:
  virtual ~memory_source() = default;

  struct region {
    std::byte* bytes = nullptr;
    std::size_t huge_page_bytes = 0; ///< part of its size known to be on huge pages
  };

  /// Maps `size_bytes`, aligned to `huge_page_alignment`, with every page touched, so that its first user does not wait
  /// for page faults. Pre: `size_bytes` is a positive multiple of 4096. Ownership: the caller's, until `unmap`. Errors:
  /// no_memory. Must not throw.
  [[nodiscard]] virtual result<region> map(std::size_t size_bytes) = 0;

  /// Takes a whole region back. Pre: no one uses it.
  virtual void unmap(std::byte* bytes, std::size_t size_bytes) noexcept = 0;
};

/// The operating system's memory: anonymous memory of this process, on huge pages if available. Touching takes up to 10
/// us per 4 KiB if the machine has to find the memory first.
[[nodiscard]] std::shared_ptr<memory_source> system_memory();

/// Observer of the memory behind buffers: it learns of a region before a buffer in it is used, and of its removal. Use
/// it to pin memory for a GPU (`cudaHostRegister`), to lock it, or to register it with a device or a kernel ring.
/// Threads: calls come from any thread, one at a time; a thread that needs or returns memory waits meanwhile. A region
/// can leave on any thread that creates or releases a buffer: none of these may be a thread on which the device cannot
/// be called (a callback of a CUDA stream). The watcher must not create or release a buffer, nor call `watch` or
/// `unwatch`.
class memory_watcher {
public:
  virtual ~memory_watcher() = default;

  /// A region arrives: buffers will be cut from `region`. A failure or an exception does no harm: the memory is used
  /// all the same, but does not count as pinned.
  [[nodiscard]] virtual result<void> arrives(std::span<std::byte> region) = 0;

  /// A region leaves: it has no buffer any more and returns to its source; or the watcher is removed, and buffers may
  /// still be in it. Called only if `arrives` succeeded.
  virtual void leaves(std::span<std::byte> region) noexcept = 0;
};

/// Watcher that locks the memory of buffers (`mlock`), so that it is never swapped out. The system limits how much a
/// process may lock; memory beyond that limit stays unlocked, and `watch` fails with no_memory, naming the limit. For
/// memory that arrives later, only `pinned_bytes` tells.
[[nodiscard]] std::shared_ptr<memory_watcher> make_memory_lock();

} // namespace hearth::storage
