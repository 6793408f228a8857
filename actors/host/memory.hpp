#pragma once

#include "storage/memory/buffer_pool.hpp"

/// The memory of every buffer in this process, for a host that decides where it is. All caches share it, and so do the
/// buffers that the host makes. A block stays in the memory in which it was put: there it is kept, handed out hot, and
/// written to disk. The memory budget of a cache is hot_bytes_max, writer_queue_bytes and lease_bytes_max, added up.
///
/// Pinned memory, for a GPU that copies faster from it; before the first cache is opened:
///
///     class cuda_pinning final : public hearth::memory_watcher {
///       hearth::result<void> arrives(std::span<std::byte> region) override {
///         if (cudaHostRegister(region.data(), region.size(), cudaHostRegisterPortable) != cudaSuccess)
///           return {hearth::errc::no_memory, "cudaHostRegister"};
///         return {};
///       }
///       void leaves(std::span<std::byte> region) noexcept override { cudaHostUnregister(region.data()); }
///     };
///     auto pinned = hearth::process_buffer_pool().watch(std::make_shared<cuda_pinning>());
///
/// `make_memory_lock()` makes a watcher that keeps the memory from being swapped out. `take_from` takes all memory from
/// an allocator of the host. `warm` touches the memory before the first request. The member `memory` of a cache's
/// snapshot says how much memory is in use, free and pinned.
namespace hearth {

using storage::buffer_pool;
using storage::buffer_pool_stats;
using storage::buffers_are_pooled;
using storage::errc;
using storage::make_memory_lock;
using storage::memory_source;
using storage::memory_watcher;
using storage::process_buffer_pool;
using storage::result;
using storage::system_memory;

} // namespace hearth
