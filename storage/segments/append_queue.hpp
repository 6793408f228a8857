#pragma once

#include "storage/segments/record_write.hpp"
#include "storage/segments/segment_table.hpp"
#include "storage/segments/segments_store.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace hearth::storage {

/// The pending appends of a store, in three stages: *waiting* for a place, oldest first; *placed*, not yet handed to
/// the engine; *writing*, gathered into writes. Small records are gathered: a record that is placed while a write is in
/// flight stays *placed* until there is enough for the next write, or until no write is in flight. Invariants:
/// sequences ascend in the order of `add`, orders in the order of `place`; the records of a write are contiguous in one
/// segment; at most `writes_in_flight` writes are in flight. Threads: one at a time. Errors: none. No I/O.
class append_queue {
public:
  using append = std::shared_ptr<segment_append>;
  using matcher = std::function<bool(const segment_append&)>;

  /// Maximum number of records gathered into one write: each has two parts, and the system accepts 1,024 (IOV_MAX).
  static constexpr std::size_t records_at_once = 256;

  /// Value of `oldest_unwritten` if every placed append has been written.
  static constexpr std::uint64_t all_written = std::numeric_limits<std::uint64_t>::max();

  /// `config` must outlive the queue.
  explicit append_queue(const segments_store_config& config) : config_(config) {}

  /// Sets the sequence of the next append: higher than any that recovery found.
  void number_from(std::uint64_t sequence) noexcept { next_sequence_ = sequence; }

  /// Adds an append: it gets its sequence, and waits.
  void add(append added);

  [[nodiscard]] bool any_waiting() const noexcept { return !waiting_.empty(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

  /// The oldest waiting append. Pre: one waits.
  [[nodiscard]] const segment_append& first() const { return *waiting_.front(); }
  [[nodiscard]] append take_first();

  /// Gives a place to the append (or the copy). Pre: it is not in the queue.
  void place(append placed, const segment_offset& at);

  /// The next write that should start now, or null. It counts as in flight until `ended`. `segments` must contain the
  /// segments of all places.
  [[nodiscard]] std::shared_ptr<record_write> gather(const segment_table& segments);

  /// The write has ended, successfully or not.
  void ended(const record_write& write) { writing_.erase(write.number); }

  /// The order of the next append that is placed.
  [[nodiscard]] std::uint64_t next_order() const noexcept { return next_order_; }

  /// The lowest order among the appends that are placed or being written, or `all_written`.
  [[nodiscard]] std::uint64_t oldest_unwritten() const;

  /// Marks matching appends that are placed or being written as erased: they never become readable.
  void mark_erased(const std::function<bool(const block&)>& matches);

  /// Removes the waiting appends that match, and returns them, oldest first. The caller answers them.
  [[nodiscard]] std::vector<append> take_waiting(const matcher& matches);

  /// Removes and returns all placed appends that were not handed to the engine, or all waiting ones; oldest first. The
  /// caller answers them.
  [[nodiscard]] std::deque<append> take_all_placed() { return std::exchange(placed_, {}); }
  [[nodiscard]] std::deque<append> take_all_waiting() { return std::exchange(waiting_, {}); }

private:
  const segments_store_config& config_;
  std::deque<append> waiting_;
  std::deque<append> placed_;
  std::map<std::uint64_t, std::shared_ptr<record_write>> writing_; ///< by number
  std::uint64_t next_write_ = 1;
  std::uint64_t next_order_ = 1;
  std::uint64_t next_sequence_ = 1;
};

} // namespace hearth::storage
