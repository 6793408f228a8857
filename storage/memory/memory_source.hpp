#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace hearth::storage {

/// Alignment of every region, in bytes: a huge page of x86-64 and of most others.
inline constexpr std::size_t huge_page_alignment = std::size_t{2} << 20;

/// Where a pool's memory comes from, in large regions that are kept and used again: calls are rare, and may be slow.
/// A host with memory of its own (shared, on one NUMA node, allocated by its GPU's driver) brings one. Threads: any.
class memory_source {
public:
  virtual ~memory_source() = default;

  struct region {
    std::byte* bytes = nullptr;
    std::size_t huge_page_bytes = 0; ///< of its size, what is known to be on huge pages
  };

  /// `size_bytes` of memory, aligned to `huge_page_alignment`, each page of it touched, so that its first user waits
  /// for none. Pre: `size_bytes` is a positive multiple of 4096. Ownership: the caller's, until `unmap`.
  /// Errors: no_memory. Must not throw.
  [[nodiscard]] virtual result<region> map(std::size_t size_bytes) = 0;

  /// Takes a region back, whole. Pre: nobody uses it.
  virtual void unmap(std::byte* bytes, std::size_t size_bytes) noexcept = 0;
};

/// The operating system: anonymous memory of this process, on huge pages where there are any. Touching takes up to
/// 10 us per 4 KiB when the machine has to find the memory first.
[[nodiscard]] std::shared_ptr<memory_source> system_memory();

/// Who needs to know where buffers are before one is used, and when they are no more: to pin the memory for a GPU
/// (`cudaHostRegister`), to lock it, to register it with a device or a kernel ring. Threads: calls come from any, one
/// at a time; whoever needs more memory, or gives some back, waits meanwhile. A region leaves on any thread that makes
/// or lets go of a buffer: none of these may be one on which the device cannot be talked to (a callback of a CUDA
/// stream). Must not make or let go of a buffer, nor call `watch` or `unwatch`.
class memory_watcher {
public:
  virtual ~memory_watcher() = default;

  /// Buffers will be cut from `region`. A failure, or an exception, does no harm: the memory is used all the same, but
  /// does not count as pinned.
  [[nodiscard]] virtual result<void> arrives(std::span<std::byte> region) = 0;

  /// No buffer is in `region` any more, and it goes back to its source; or the watcher is unwatched, and buffers may be
  /// in it. Called if `arrives` had succeeded.
  virtual void leaves(std::span<std::byte> region) noexcept = 0;
};

/// Locks what buffers are cut from into memory (`mlock`), so that it is never swapped out. The system limits how much
/// a process may lock; what is beyond stays as it was, and `watch` fails with no_memory, which says the limit. Of
/// memory that comes later only `pinned_bytes` tells.
[[nodiscard]] std::shared_ptr<memory_watcher> make_memory_lock();

} // namespace hearth::storage
