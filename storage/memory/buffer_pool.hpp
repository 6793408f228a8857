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

/// Where a pool's memory is. `mapped_bytes == in_use_bytes + stranded_bytes + idle_bytes` while no other thread is in
/// the pool; while one is, what it has in its hands counts as mapped only.
struct buffer_pool_stats {
  std::uint64_t in_use_bytes = 0;     ///< capacity of the live buffers
  std::uint64_t stranded_bytes = 0;   ///< free beside a live buffer in its region: of use to buffers of that size only
  std::uint64_t idle_bytes = 0;       ///< regions without a live buffer, kept for reuse
  std::uint64_t mapped_bytes = 0;     ///< all that the pool has from its source
  std::uint64_t budget_bytes = 0;     ///< sum of the `pool_budget`s: `mapped_bytes` is below it in steady state
  std::uint64_t huge_page_bytes = 0;  ///< of `mapped_bytes`, what was on huge pages when touched; less: slower O_DIRECT
  std::uint64_t pinned_bytes = 0;     ///< of `mapped_bytes`, what every watcher took; 0 without watchers
  std::uint64_t regions_mapped = 0;   ///< since the start; each was a first touch, up to 10 us per 4 KiB
  std::uint64_t regions_unmapped = 0; ///< since the start; growing in steady state: the budget is too small
};

/// A piece of a pool's memory. Its owner gives it back exactly once, to the pool it came from.
struct pooled_memory {
  std::byte* bytes = nullptr;
  std::size_t capacity_bytes = 0; ///< `buffer_pool::capacity_of` what was asked for
  memory_regions::iterator home;  ///< the pool's
};

/// Memory for buffers: aligned, on huge pages where there are any, touched before it is handed out, and kept for reuse.
///
/// A buffer has one of the capacities 4, 8, 12 and so on to 32 KiB, then 36, 40, 44, 48, 52, 56, 60, 64, 72 KiB and so
/// on, eight from each power of two to the next: a block of a model with 28, 36 or 44 layers wastes nothing either. Up
/// to 2 MiB buffers of one capacity share a region of 2 MiB and do not cross its end, but for some that would leave
/// more than an eighth of it, from 352 KiB to 1,664 KiB: they share one of 4, 6 or 10 MiB. Larger ones have a region of
/// their own. An idle region belongs to no capacity: all that use regions of its size may have it.
///
/// Fragmentation is bounded:
/// - within a buffer: less than an eighth of what was asked for, nothing for a power of two from 4 KiB on;
/// - within a region: at most an eighth of it is too short for one more buffer, nothing with powers of two;
/// - beside live buffers: a region is held by a live buffer in it only, so a 1 MiB buffer strands at most 1 MiB, and
///   none strands more than its region. Regions that were full last serve first, and a capacity maps another region
///   only when all of its own are full: it never holds more than its largest number of live buffers filled, and one a
///   thread that allocates just then;
/// - idle: what of the budgets is not in use, and at least a 32nd of them, so that one buffer more or less maps and
///   unmaps nothing; without a budget at most `retain_bytes_max`. At every moment; what became idle first is unmapped
///   first.
///
/// Threads: any thread allocates and any thread frees; one lock a capacity and one for regions, none of them held while
/// memory is mapped, touched or unmapped. Cost: a region's first touch, or else two or four short locks for allocating
/// and freeing, whatever the number of buffers.
class buffer_pool {
public:
  /// 1 TiB. The limit guards against lengths that are none: what is handed out was touched, so it has to exist.
  static constexpr std::size_t buffer_bytes_max = std::size_t{1} << 40;
  static constexpr std::uint64_t retain_bytes_default = std::uint64_t{256} << 20;

  /// An empty pool. Allocates nothing.
  explicit buffer_pool(std::uint64_t retain_bytes_max = retain_bytes_default);

  /// Unmaps what is idle. Pre: every buffer was given back.
  ~buffer_pool();

  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  /// Memory of `capacity_of(bytes)` bytes, content unspecified. Aligned to the largest power of two that divides its
  /// capacity, and to 2 MiB from 2 MiB on. Ownership: the caller's, until `free`. Threads: any. Errors: no_memory.
  [[nodiscard]] result<pooled_memory> allocate(std::size_t bytes);

  /// Takes `memory` back. Pre: this pool handed it out, and nobody uses it. Threads: any. Errors: none.
  void free(const pooled_memory& memory) noexcept;

  /// Sees to it that buffers of `buffer_bytes` each, `bytes` in all, can be allocated without a first touch, until
  /// something else takes the memory: to be called before serving. For the 2 MiB regions that most sizes share, leave
  /// `buffer_bytes` out. May unmap idle regions of other sizes. Threads: any. Takes up to 3 s per GiB.
  /// Errors: invalid_argument (more than `idle_bytes_max`: nothing changed; or `buffer_bytes` > `buffer_bytes_max`),
  /// no_memory (what was warmed until then stays).
  [[nodiscard]] result<void> warm(std::uint64_t bytes, std::size_t buffer_bytes = huge_page_alignment);

  /// Sets how many idle bytes are kept while nobody has a budget; unmaps what is beyond. 0 keeps none; a buffer whose
  /// region is larger is mapped anew each time. Threads: any.
  void retain_at_most(std::uint64_t bytes) noexcept;

  /// How many idle bytes are kept at most, as things are now. Threads: any.
  [[nodiscard]] std::uint64_t idle_bytes_max() const noexcept;

  /// From here on regions come from `source`. What is idle goes back to where it came from; so does what is in use, as
  /// soon as it is not: to have all memory from `source`, call this before the first buffer. Threads: any.
  /// Pre: `source` is not null.
  void take_from(std::shared_ptr<memory_source> source) noexcept;

  /// `watcher` hears of all memory that the pool has, and will have. Pre: not null, and not watching yet. Ownership:
  /// shared until `unwatch`. Threads: any. Errors: of the watcher itself, for memory that is there already: it watches
  /// all the same, and `pinned_bytes` says how much it took. invalid_argument: 64 watch already.
  [[nodiscard]] result<void> watch(std::shared_ptr<memory_watcher> watcher);

  /// `watcher` gives up what it took, while buffers may be in it. Without effect if it does not watch. Threads: any.
  void unwatch(const memory_watcher& watcher) noexcept;

  /// Threads: any.
  [[nodiscard]] buffer_pool_stats stats() const noexcept;

  /// The capacity of a buffer of `bytes`, in bytes: a multiple of 4096, at least 4096. Pre: at most `buffer_bytes_max`.
  [[nodiscard]] static std::size_t capacity_of(std::size_t bytes) noexcept;

private:
  friend class pool_budget;

  /// Buffers of one capacity. Invariant: a region in `partial` has a live buffer and a free slot, one in `full` has no
  /// free slot.
  struct alignas(64) size_class {
    [[nodiscard]] pooled_memory take() noexcept;
    [[nodiscard]] memory_regions put(const pooled_memory& memory) noexcept;

    mutable std::mutex mutex;
    std::size_t buffer_bytes = 0;
    std::size_t region_bytes = 0;
    std::size_t slots = 0; ///< of one region
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

  mutable std::mutex regions_mutex_;         ///< taken with no class's held; guards what follows
  std::array<memory_regions, classes> idle_; ///< by the class of a region's size; what became idle last comes first
  std::uint64_t retain_bytes_max_;
  std::uint64_t last_idle_number_ = 0;
  buffer_pool_stats totals_;              ///< all but `in_use_bytes`, `stranded_bytes` and `pinned_bytes`
  std::shared_ptr<memory_source> source_; ///< of what is idle, and of what will be mapped

  watched_regions watched_; ///< has a lock of its own, taken with no other held
};

/// A share in what a pool may keep mapped, in bytes: a cache's limits in memory, added up. Lives as long as whoever
/// needs the memory; at its end the pool unmaps what is then beyond. It is no limit: an allocation beyond it succeeds,
/// and costs a mapping. Threads: one owner at a time.
class pool_budget {
public:
  pool_budget() noexcept = default; ///< of no pool

  /// Pre: `pool` outlives it.
  pool_budget(buffer_pool& pool, std::uint64_t bytes) noexcept;

  pool_budget(pool_budget&& other) noexcept;
  pool_budget& operator=(pool_budget&& other) noexcept;
  ~pool_budget();

  /// Of no pool: without effect.
  void resize(std::uint64_t bytes) noexcept;

private:
  buffer_pool* pool_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// The pool behind every `mutable_buffer`. It is never destroyed, so that a buffer may be freed however late the
/// program ends. Threads: any. After `fork` the child may use it only if no other thread was in the pool; better, it
/// calls exec.
[[nodiscard]] buffer_pool& process_buffer_pool() noexcept;

/// Whether `mutable_buffer` takes its memory from the pool. Not in builds with AddressSanitizer, MemorySanitizer or
/// ThreadSanitizer, which find the use of freed memory only where it went back to the allocator they know.
[[nodiscard]] bool buffers_are_pooled() noexcept;

} // namespace hearth::storage
