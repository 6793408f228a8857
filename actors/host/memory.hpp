#pragma once

#include "storage/memory/buffer_pool.hpp"

/// The memory behind every buffer of this process, for hosts that care where it is. All caches share it, and so do the
/// buffers that the host makes itself: a block is kept, handed out hot and written in the place where it was put.
/// A cache's share of the budget is hot_bytes_max, writer_queue_bytes and lease_bytes_max, added up.
///
/// Before the first cache, for a GPU that copies faster from pinned memory:
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
/// `make_memory_lock()` is such a watcher that keeps the memory from being swapped out; `take_from` has all of it from
/// an allocator of the host's; `warm` touches it before the first request. A cache's snapshot says how much there is of
/// what, and how much was pinned (`memory`).
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
