#pragma once

#include "storage/errors.hpp"
#include "storage/memory/memory_region.hpp"
#include "storage/memory/watched_regions.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace hearth::storage {

/// Memory use of a pool. `mapped_bytes == in_use_bytes + stranded_bytes + idle_bytes` while no other thread is inside
/// the pool. Memory that another thread moves at that moment counts only in `mapped_bytes`.
struct buffer_pool_stats {
  std::uint64_t in_use_bytes = 0;   ///< capacity of the live buffers
  std::uint64_t stranded_bytes = 0; ///< free, but in a region with a live buffer: only for buffers of its capacity
  std::uint64_t idle_bytes = 0;     ///< regions without a live buffer, kept for reuse
  std::uint64_t mapped_bytes = 0;   ///< everything the pool has from its source
  std::uint64_t budget_bytes = 0;   ///< sum of the `pool_budget`s; in steady state `mapped_bytes` stays below it
  /// Part of `mapped_bytes` that was on huge pages when touched; O_DIRECT is slower on the rest.
  std::uint64_t huge_page_bytes = 0;
  std::uint64_t pinned_bytes = 0;     ///< part of `mapped_bytes` that every watcher took; 0 without watchers
  std::uint64_t regions_mapped = 0;   ///< since the start; each mapping has a first touch, up to 10 us per 4 KiB
  std::uint64_t regions_unmapped = 0; ///< since the start; growth in steady state means that the budget is too small
};

/// A piece of a pool's memory. Its owner returns it exactly once, to the same pool.
struct pooled_memory {
  std::byte* bytes = nullptr;
  std::size_t capacity_bytes = 0; ///< `buffer_pool::capacity_of(bytes)` for the requested bytes
  memory_regions::iterator home;  ///< its region
};

/// Memory pool for buffers. The memory is aligned, on huge pages if available, touched before it is handed out, and
/// kept for reuse.
///
/// Size classes. A buffer has one of the capacities 4, 8, 12, ..., 32 KiB, then 36, 40, 44, 48, 52, 56, 60, 64, 72 KiB,
/// ...: eight per power of two. A block of a model with 28, 36 or 44 layers therefore wastes nothing. Buffers of one
/// capacity up to 2 MiB share a region of 2 MiB and do not cross its end. For 11 capacities from 352 KiB to 1,664 KiB,
/// more than an eighth of such a region would be unused: their buffers share a region of 4, 6 or 10 MiB. Larger buffers
/// have a region of their own. An idle region belongs to no capacity: every capacity that uses regions of its size may
/// take it.
///
/// Fragmentation is bounded:
/// - within a buffer: less than an eighth of the requested size, or less than 4 KiB if that is more; nothing for a
///   power of two from 4 KiB up;
/// - within a region: at most an eighth of the region is too short for one more buffer; nothing with powers of two;
/// - beside live buffers: a region belongs to its capacity only while it has a live buffer, so a 1 MiB buffer strands
///   at most 1 MiB, and no buffer strands more than its region. The region that was full most recently serves first. A
///   capacity takes another region only when all of its own are full. So it never holds more regions than its largest
///   number of live buffers filled, plus one per thread that is allocating;
/// - idle: the unused part of the budgets, and at least a 32nd of them, so that one buffer more or less does not map or
///   unmap memory. Without a budget: at most `retain_bytes_max`. This limit holds at every moment; the region that has
///   been idle longest is unmapped first.
///
/// Threads: any thread allocates and frees. One lock per capacity and one for regions; none is held while memory is
/// mapped, touched or unmapped. Cost, whatever the number of buffers: one to three short locks per allocate and one or
/// two per free; in addition, mapping and touching a new region, or unmapping one.
class buffer_pool {
public:
  /// 1 TiB. Rejects impossible lengths: memory is touched before it is handed out, so all of it must exist.
  static constexpr std::size_t buffer_bytes_max = std::size_t{1} << 40;
  static constexpr std::uint64_t retain_bytes_default = std::uint64_t{256} << 20;

  /// An empty pool. Allocates nothing.
  explicit buffer_pool(std::uint64_t retain_bytes_max = retain_bytes_default);

  /// Unmaps idle memory. Pre: every buffer was returned.
  ~buffer_pool();

  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  /// Returns memory of `capacity_of(bytes)` bytes; its content is unspecified. Alignment: the largest power of two that
  /// divides the capacity, 2 MiB from 2 MiB up. Ownership: the caller's, until `free`. Threads: any. Errors: no_memory.
  [[nodiscard]] result<pooled_memory> allocate(std::size_t bytes);

  /// Takes `memory` back. Pre: this pool handed it out, and no one uses it any more. Threads: any. Errors: none.
  void free(const pooled_memory& memory) noexcept;

  /// Maps and touches memory ahead of need; call it before serving. Afterwards buffers of `buffer_bytes` each, `bytes`
  /// in total, can be allocated without a first touch, until the memory is used for something else. The default of
  /// `buffer_bytes` warms the 2 MiB regions that most sizes share. May unmap idle regions of other sizes. Threads: any.
  /// Takes up to 3 s per GiB. Errors: invalid_argument (`bytes` exceeds `idle_bytes_max`: nothing is changed; or
  /// `buffer_bytes` exceeds `buffer_bytes_max`), no_memory (the part warmed so far stays).
  [[nodiscard]] result<void> warm(std::uint64_t bytes, std::size_t buffer_bytes = huge_page_alignment);

  /// Sets how many idle bytes are kept while there is no budget, and unmaps the rest. 0 keeps none. A region larger
  /// than this limit is mapped again for each use. Threads: any.
  void retain_at_most(std::uint64_t bytes) noexcept;

  /// The current limit on idle bytes. Threads: any.
  [[nodiscard]] std::uint64_t idle_bytes_max() const noexcept;

  /// Takes new regions from `source` from now on. Idle regions return at once to the source that they came from;
  /// regions in use return to it when they become idle. To have all memory from `source`, call this before the first
  /// buffer. Threads: any. Pre: `source` is not null.
  void take_from(std::shared_ptr<memory_source> source) noexcept;

  /// Registers a watcher, which is told of all memory that the pool has and will have. Pre: not null, not registered
  /// yet. Ownership: shared until `unwatch`. Threads: any. Errors: invalid_argument (64 watchers are registered
  /// already), or the first error of the watcher for existing memory. After an error of the watcher, the watcher is
  /// registered all the same; `pinned_bytes` shows how much memory all watchers took.
  [[nodiscard]] result<void> watch(std::shared_ptr<memory_watcher> watcher);

  /// Removes a watcher, which releases the memory it took; that memory may still have buffers. No effect if the watcher
  /// is not registered. Threads: any.
  void unwatch(const memory_watcher& watcher) noexcept;

  /// Threads: any.
  [[nodiscard]] buffer_pool_stats stats() const noexcept;

  /// The capacity of a buffer of `bytes`, in bytes: a multiple of 4096, at least 4096. Pre: at most `buffer_bytes_max`.
  [[nodiscard]] static std::size_t capacity_of(std::size_t bytes) noexcept;

private:
  friend class pool_budget;

  /// The buffers of one capacity. Invariant: a region in `partial` has a live buffer and a free slot; a region in
  /// `full` has no free slot.
  struct alignas(64) size_class {
    [[nodiscard]] pooled_memory take() noexcept;
    [[nodiscard]] memory_regions put(const pooled_memory& memory) noexcept;

    mutable std::mutex mutex;
    std::size_t buffer_bytes = 0;
    std::size_t region_bytes = 0;
    std::size_t slots = 0; ///< per region
    memory_regions partial;
    memory_regions full;
    std::uint64_t live_buffers = 0;
  };

  static constexpr std::size_t classes = 208; ///< 4 KiB to 1 TiB

  [[nodiscard]] result<memory_regions> take_region(std::size_t region_bytes);
  [[nodiscard]] result<memory_regions> map_counted(std::size_t region_bytes);
  [[nodiscard]] memory_regions idle_region(std::size_t region_bytes) noexcept;
  void keep_idle(memory_regions region) noexcept;
  void shrink_idle(std::uint64_t bytes_max, memory_regions& leaving) noexcept;
  void move_last(memory_regions& from, memory_regions& leaving) noexcept;
  void unmap_counted(memory_regions leaving) noexcept;
  void change_budget(std::uint64_t before, std::uint64_t after) noexcept;
  [[nodiscard]] std::uint64_t idle_bytes_allowed() const noexcept;
  [[nodiscard]] std::shared_ptr<memory_source> source() const noexcept;
  void check() const noexcept;

  std::array<size_class, classes> classes_;

  mutable std::mutex regions_mutex_; ///< never taken while the mutex of a class is held; guards the following members
  std::array<memory_regions, classes> idle_; ///< by the class of the region's size; most recently idle first
  std::uint64_t retain_bytes_max_;
  std::uint64_t last_idle_number_ = 0;
  buffer_pool_stats totals_;              ///< everything except `in_use_bytes`, `stranded_bytes` and `pinned_bytes`
  std::shared_ptr<memory_source> source_; ///< for new regions; all idle regions came from it

  watched_regions watched_; ///< has its own lock, which is taken while no other lock is held
};

/// Budget of one cache: bytes that the pool may keep mapped for the cache, the sum of the cache's memory limits. It
/// lives as long as its cache; when it ends, the pool unmaps the excess. A budget is not a limit: an allocation beyond
/// it succeeds, but maps memory. Threads: one owner at a time.
class pool_budget {
public:
  pool_budget() noexcept = default; ///< of no pool

  /// Pre: `pool` outlives this budget.
  pool_budget(buffer_pool& pool, std::uint64_t bytes) noexcept;

  pool_budget(pool_budget&& other) noexcept;
  pool_budget& operator=(pool_budget&& other) noexcept;
  ~pool_budget();

  /// Changes the budget. No effect without a pool.
  void resize(std::uint64_t bytes) noexcept;

private:
  buffer_pool* pool_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// The pool behind every `mutable_buffer`. The pool is never destroyed, so a buffer may be freed at any time, even at
/// program exit. Threads: any. After `fork`, the child may use the pool only if no other thread was inside the pool at
/// the fork; it is better to call exec.
[[nodiscard]] buffer_pool& process_buffer_pool() noexcept;

/// Whether `mutable_buffer` takes its memory from the pool. False in builds with AddressSanitizer, MemorySanitizer or
/// ThreadSanitizer: they detect a use after free only if the memory returns to their own allocator.
[[nodiscard]] bool buffers_are_pooled() noexcept;

} // namespace hearth::storage
