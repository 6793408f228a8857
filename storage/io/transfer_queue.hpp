#pragma once

#include "storage/io/io_time.hpp"
#include "storage/io/io_uring.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace hearth::storage {

/// Queue of the transfers that wait for the kernel; decides which transfer goes next. It counts the transfers in the
/// kernel. Reads go first. While a read waits or is in the kernel, and for `after_reads` afterwards, at most
/// `writes_beside_reads` writes are in the kernel. The reason: each write in the kernel delays the reads, and without
/// the pause the next read would find the device full of writes. Writes also keep to their pace. Invariant: the kernel
/// has at most `reads_max` reads and `writes_max` writes. Threads: one owner, or under the owner's lock.
class transfer_queue {
public:
  using time_point = write_pace::time_point;

  /// Longer than the pause between two reads of a client that reads one block after another.
  static constexpr std::chrono::milliseconds after_reads{10};

  /// Pre: `config` is valid.
  explicit transfer_queue(const io_uring_config& config);

  /// Adds a job. Pre: it is a read or a write.
  void push(io_job job);

  /// The next job that may start at `now`, if there is one. It counts as in the kernel until `ended`.
  [[nodiscard]] std::optional<io_job> next(time_point now);

  /// Records that the kernel has finished a job of this kind. Pre: it had one.
  void ended(io_kind kind);

  /// The time when the next write may start, if only the pace holds it back; otherwise nothing. Nothing means that
  /// `next` can return a job only after `push` or `ended`: a write that must wait for other transfers starts after one
  /// of these.
  [[nodiscard]] std::optional<time_point> due() const;

  /// A job that has not started, if there is one. For an engine that starts no more jobs.
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
  time_point yields_until_{}; ///< until then at most `writes_beside_reads_` writes, because of recent reads
  bool yields_ = false;       ///< whether `yields_until_` was in the future at the last `next`
  write_pace pace_;
};

} // namespace hearth::storage
