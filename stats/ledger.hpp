#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hearth::stats {

/// Amount: a number of blocks and their payload bytes.
struct amount {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  /// Adds or removes one block.
  void add(std::uint64_t block_bytes) noexcept;
  void take(std::uint64_t block_bytes) noexcept; ///< pre: it was added before

  amount& operator+=(const amount& other) noexcept;
  amount& operator-=(const amount& other) noexcept; ///< pre: `other` is not larger
  friend bool operator==(const amount&, const amount&) = default;
};

/// Drop reason: why a block was given up before its write started; `closing` also ends writes that have started.
/// Numbers reach metrics: append, never renumber.
enum class drop_reason : std::uint8_t {
  evict_full = 0,     ///< evicted from the hot tier while the writer's mailbox was full
  preflight_full = 1, ///< refused before it was computed, because the writer's mailbox was full
  late_full = 2,      ///< refused after it was computed, or in a put without preflight: the writer's mailbox was full
  orphan = 3,         ///< its parent is in no tier: a get could not use it
  over_budget = 4,    ///< the write budget was used up
  too_large = 5,      ///< larger than the writer's mailbox or the cold tier can ever take
  closing = 6,        ///< not written at the deadline of close
};
inline constexpr std::size_t drop_reasons = 7;

/// Failure reason: why a write that was tried did not succeed. Numbers reach metrics: append, never renumber.
enum class fail_reason : std::uint8_t { io_error = 0, no_space = 1, writer_died = 2 };
inline constexpr std::size_t fail_reasons = 3;

[[nodiscard]] std::string_view to_string(drop_reason reason) noexcept;
[[nodiscard]] std::string_view to_string(fail_reason reason) noexcept;

/// Whether `reason` counts in `ssd_write_drops`: the writer's full mailbox rejected the block.
[[nodiscard]] constexpr bool is_ssd_write_drop(drop_reason reason) noexcept {
  return reason == drop_reason::evict_full || reason == drop_reason::preflight_full || reason == drop_reason::late_full;
}

/// The entries of a ledger as plain values, as a snapshot writes them and reads them back. They may be out of balance.
struct ledger_parts {
  amount offered;
  amount persisted;
  amount pending;
  amount cancelled;
  std::array<amount, drop_reasons> dropped{}; ///< by drop_reason
  std::array<amount, fail_reasons> failed{};  ///< by fail_reason

  /// The right side of the equation: persisted + pending + cancelled + sum of dropped + sum of failed.
  /// Modulo 2^64 if the parts overflow; `balanced` detects that.
  [[nodiscard]] amount accounted() const noexcept;

  /// Whether `offered` is exactly the sum of the other parts, in blocks and in bytes.
  [[nodiscard]] bool balanced() const noexcept;

  [[nodiscard]] amount dropped_sum() const noexcept; ///< over every drop_reason
  [[nodiscard]] amount failed_sum() const noexcept;  ///< over every fail_reason

  /// evict_full + preflight_full + late_full.
  [[nodiscard]] amount ssd_write_drops() const noexcept;

  friend bool operator==(const ledger_parts&, const ledger_parts&) = default;
};

/// Ledger of writes: accounts for every block offered to the writer. Invariant, in blocks and in bytes, after every
/// call: `offered = persisted + pending + cancelled + sum of dropped + sum of failed`. `pending` is counted, never
/// computed as the difference. Threads: one owner.
class ledger {
public:
  ledger() = default;

  /// The ledger that has `parts`, or nothing if they are out of balance.
  [[nodiscard]] static std::optional<ledger> restore(const ledger_parts& parts) noexcept;

  void offer(std::uint64_t bytes) noexcept;                       ///< a block was admitted; it is pending now
  void give_up(drop_reason reason, std::uint64_t bytes) noexcept; ///< a block was offered and dropped at once

  // The four ends of a block that was admitted. Pre: a block of `bytes` is pending.
  void persist(std::uint64_t bytes) noexcept;                  ///< pending -> persisted
  void cancel(std::uint64_t bytes) noexcept;                   ///< pending -> cancelled
  void drop(drop_reason reason, std::uint64_t bytes) noexcept; ///< pending -> dropped
  void fail(fail_reason reason, std::uint64_t bytes) noexcept; ///< pending -> failed

  /// Moves all pending blocks to dropped and returns their amount: the actor that would report their ends is gone.
  amount abandon_pending(drop_reason reason) noexcept;

  [[nodiscard]] const amount& offered() const noexcept { return parts_.offered; }
  [[nodiscard]] const amount& persisted() const noexcept { return parts_.persisted; }
  [[nodiscard]] const amount& pending() const noexcept { return parts_.pending; }
  [[nodiscard]] const amount& cancelled() const noexcept { return parts_.cancelled; }
  [[nodiscard]] const amount& dropped(drop_reason reason) const noexcept;
  [[nodiscard]] const amount& failed(fail_reason reason) const noexcept;
  [[nodiscard]] amount dropped() const noexcept { return parts_.dropped_sum(); } ///< for all reasons
  [[nodiscard]] amount failed() const noexcept { return parts_.failed_sum(); }   ///< for all reasons
  [[nodiscard]] const ledger_parts& parts() const noexcept { return parts_; }

  /// The right side of the equation. It differs from `offered()` only if there is a bug.
  [[nodiscard]] amount accounted() const noexcept { return parts_.accounted(); }
  [[nodiscard]] bool balanced() const noexcept { return parts_.balanced(); }

  /// evict_full + preflight_full + late_full, in blocks.
  [[nodiscard]] std::uint64_t ssd_write_drops() const noexcept { return parts_.ssd_write_drops().blocks; }

  ledger& operator+=(const ledger& other) noexcept;

  /// Difference since `start`, an earlier state of this same ledger. Pending stays; ends before `start` are left out;
  /// blocks that were pending at `start` count as offered since. So `x.since(x)` has offered = pending and nothing
  /// else, and stays in balance while those blocks end. Pre: `start` is earlier.
  [[nodiscard]] ledger since(const ledger& start) const noexcept;

  friend bool operator==(const ledger&, const ledger&) = default;

private:
  ledger_parts parts_;
};

} // namespace hearth::stats
