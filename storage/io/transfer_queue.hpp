#pragma once

#include "storage/io/io_time.hpp"
#include "storage/io/io_uring.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace hearth::storage {

/// Queue of transfers that wait for the kernel, with the number that the kernel has: decides which goes next. Reads go
/// first. While a read waits or is in the kernel, and for `after_reads` afterwards, at most `writes_beside_reads`
/// writes are in the kernel: each write beside a read makes it wait longer, and a read that follows soon would find the
/// device full of writes. Writes also keep to their pace. Invariant: the kernel has at most `reads_max` reads and
/// `writes_max` writes. Threads: one owner, or under the owner's lock.
class transfer_queue {
public:
  using time_point = write_pace::time_point;

  /// A client that reads one block after another sends its next read much sooner than this.
  static constexpr std::chrono::milliseconds after_reads{10};

  /// Pre: `config` is valid.
  explicit transfer_queue(const io_uring_config& config);

  /// Adds a job. Pre: it is a read or a write.
  void push(io_job job);

  /// The next job that may start at `now`, if there is one; it counts as in the kernel until `ended`.
  [[nodiscard]] std::optional<io_job> next(time_point now);

  /// Records that the kernel has finished a job of this kind. Pre: it had one.
  void ended(io_kind kind);

  /// The time when a write may start that only its pace holds back. Nothing if there is none: then `next` is worth
  /// another call only after `push` or `ended` (a write that yields to others starts after one of these).
  [[nodiscard]] std::optional<time_point> due() const;

  /// A job that has not started, for an engine that starts no more jobs.
  [[nodiscard]] std::optional<io_job> withdraw();

private:
  /// The transfers of one kind.
  struct lane {
    std::deque<io_job> waiting; ///< oldest first
    std::size_t started = 0;    ///< in the kernel
  };

  [[nodiscard]] bool room_for_a_write() const;
  [[nodiscard]] bool reading() const { return reads_.started > 0 || !reads_.waiting.empty(); }
  [[nodiscard]] lane& of(io_kind kind);
  [[nodiscard]] static std::optional<io_job> take(lane& from);

  lane reads_;
  lane writes_;
  std::size_t reads_max_;
  std::size_t writes_max_;
  std::size_t writes_beside_reads_;
  time_point yields_until_{}; ///< because of recent reads, writes keep to `writes_beside_reads_` until then
  bool yields_ = false;       ///< the same, as of the last look
  write_pace pace_;
};

} // namespace hearth::storage
