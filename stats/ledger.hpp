#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hearth::stats {

/// A number of blocks and the payload bytes in them.
struct amount {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  /// One block more, or one less.
  void add(std::uint64_t block_bytes) noexcept;
  void take(std::uint64_t block_bytes) noexcept; ///< pre: it was added before

  amount& operator+=(const amount& other) noexcept;
  amount& operator-=(const amount& other) noexcept; ///< pre: not more than is here
  friend bool operator==(const amount&, const amount&) = default;
};

/// Why a block was given up before it was written. Numbers reach metrics: append, never renumber.
enum class drop_reason : std::uint8_t {
  evict_full = 0,     ///< evicted from the hot tier while the writer's mailbox was full
  preflight_full = 1, ///< refused before the producer ran, the writer's mailbox being full
  late_full = 2,      ///< the writer's mailbox filled up after the preflight, or there was none
  orphan = 3,         ///< its parent is in no tier: it could not be used
  over_budget = 4,    ///< over the write budget
  too_large = 5,      ///< larger than the writer's mailbox or the cold tier will ever take
  closing = 6,        ///< not written when the deadline of close passed
};
inline constexpr std::size_t drop_reasons = 7;

/// Why a write that was tried did not succeed. Numbers reach metrics: append, never renumber.
enum class fail_reason : std::uint8_t { io_error = 0, no_space = 1, writer_died = 2 };
inline constexpr std::size_t fail_reasons = 3;

[[nodiscard]] std::string_view to_string(drop_reason reason) noexcept;
[[nodiscard]] std::string_view to_string(fail_reason reason) noexcept;

/// Whether `reason` is one of the three of `ssd_write_drops`: a send that the writer's full mailbox rejected.
[[nodiscard]] constexpr bool is_ssd_write_drop(drop_reason reason) noexcept {
  return reason == drop_reason::evict_full || reason == drop_reason::preflight_full || reason == drop_reason::late_full;
}

/// The entries of a ledger as plain values: what a snapshot writes and reads back. It may be out of balance.
struct ledger_parts {
  amount offered;
  amount persisted;
  amount pending;
  amount cancelled;
  std::array<amount, drop_reasons> dropped{}; ///< by drop_reason
  std::array<amount, fail_reasons> failed{};  ///< by fail_reason

  /// The right side of the equation: persisted + pending + cancelled + sum of dropped + sum of failed.
  /// Modulo 2^64 if the parts are nonsense; `balanced` is not fooled by that.
  [[nodiscard]] amount accounted() const noexcept;

  /// Whether `offered` is exactly the sum of the other parts, in blocks and in bytes.
  [[nodiscard]] bool balanced() const noexcept;

  [[nodiscard]] amount dropped_sum() const noexcept; ///< over every drop_reason
  [[nodiscard]] amount failed_sum() const noexcept;  ///< over every fail_reason

  /// evict_full + preflight_full + late_full.
  [[nodiscard]] amount ssd_write_drops() const noexcept;

  friend bool operator==(const ledger_parts&, const ledger_parts&) = default;
};

/// Where every offered block has gone. Invariant, in blocks and in bytes, after every call:
/// `offered = persisted + pending + cancelled + sum of dropped + sum of failed`.
/// `pending` is counted, never computed as the difference. Threads: one owner.
class ledger {
public:
  ledger() = default;

  /// The ledger that has `parts`, or nothing if they are out of balance.
  [[nodiscard]] static std::optional<ledger> restore(const ledger_parts& parts) noexcept;

  void offer(std::uint64_t bytes) noexcept;                       ///< a block was admitted: pending from now on
  void give_up(drop_reason reason, std::uint64_t bytes) noexcept; ///< offered and dropped in one: never admitted

  // The four ends of a block that was admitted. Pre: a block of `bytes` is pending.
  void persist(std::uint64_t bytes) noexcept;                  ///< pending -> persisted
  void cancel(std::uint64_t bytes) noexcept;                   ///< pending -> cancelled
  void drop(drop_reason reason, std::uint64_t bytes) noexcept; ///< pending -> dropped
  void fail(fail_reason reason, std::uint64_t bytes) noexcept; ///< pending -> failed

  /// Moves everything pending to dropped and returns how much that was: whoever was to report the ends is gone.
  amount abandon_pending(drop_reason reason) noexcept;

  [[nodiscard]] const amount& offered() const noexcept { return parts_.offered; }
  [[nodiscard]] const amount& persisted() const noexcept { return parts_.persisted; }
  [[nodiscard]] const amount& pending() const noexcept { return parts_.pending; }
  [[nodiscard]] const amount& cancelled() const noexcept { return parts_.cancelled; }
  [[nodiscard]] const amount& dropped(drop_reason reason) const noexcept;
  [[nodiscard]] const amount& failed(fail_reason reason) const noexcept;
  [[nodiscard]] amount dropped() const noexcept { return parts_.dropped_sum(); } ///< for whatever reason
  [[nodiscard]] amount failed() const noexcept { return parts_.failed_sum(); }   ///< for whatever reason
  [[nodiscard]] const ledger_parts& parts() const noexcept { return parts_; }

  /// The right side of the equation; equal to `offered()` unless a program is broken.
  [[nodiscard]] amount accounted() const noexcept { return parts_.accounted(); }
  [[nodiscard]] bool balanced() const noexcept { return parts_.balanced(); }

  /// evict_full + preflight_full + late_full, in blocks.
  [[nodiscard]] std::uint64_t ssd_write_drops() const noexcept { return parts_.ssd_write_drops().blocks; }

  ledger& operator+=(const ledger& other) noexcept;

  /// What happened since `start`, an earlier state of this same ledger: pending is kept, the ends before `start` are
  /// left out, and what was pending at `start` counts as offered since. So `x.since(x)` has offered = pending and
  /// nothing else, and stays in balance while that ends. Pre: `start` is earlier.
  [[nodiscard]] ledger since(const ledger& start) const noexcept;

  friend bool operator==(const ledger&, const ledger&) = default;

private:
  ledger_parts parts_;
};

} // namespace hearth::stats
