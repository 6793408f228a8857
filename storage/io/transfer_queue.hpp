#pragma once

#include "storage/io/io_time.hpp"
#include "storage/io/io_uring.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace hearth::storage {

/// The transfers that wait for the kernel, and how many it has: decides which goes next. Reads go first; while one
/// waits or is in the kernel, and for `after_reads` more, writes keep to `writes_beside_reads`: each write beside it
/// makes a read wait longer, and one that comes soon after another would find the device full of them. Writes also keep
/// to their pace. Invariant: the kernel has at most `reads_max` reads and `writes_max` writes. Threads: one owner, or
/// under its lock.
class transfer_queue {
public:
  using time_point = write_pace::time_point;

  /// One who reads a block after the other asks again much sooner than this.
  static constexpr std::chrono::milliseconds after_reads{10};

  /// Pre: `config` is valid.
  explicit transfer_queue(const io_uring_config& config);

  /// Takes a job over. Pre: it is a read or a write.
  void push(io_job job);

  /// The next job that may start at `now`, if there is one: counted as in the kernel until `ended`.
  [[nodiscard]] std::optional<io_job> next(time_point now);

  /// The kernel is through with a job of this kind. Pre: it had one.
  void ended(io_kind kind);

  /// When a write may start that only its pace holds back. Nothing: there is none, and `next` is worth another call
  /// only after `push` or `ended` (a write that yields beside others starts after one of them).
  [[nodiscard]] std::optional<time_point> due() const;

  /// A job that has not started, for an engine that starts no more.
  [[nodiscard]] std::optional<io_job> withdraw();

private:
  /// One kind of transfers.
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
  time_point yields_until_{}; ///< reads were about: writes keep to `writes_beside_reads_` until then
  bool yields_ = false;       ///< the same, when it was last looked at
  write_pace pace_;
};

} // namespace hearth::storage
