#pragma once

#include <atomic>
#include <cstdint>

namespace hearth::messages {

/// Write ticket: decides once and exactly whether a pending block is written or cancelled. hot_cache and the write
/// share it. To cancel takes no message, and so no room in the writer's mailbox. Threads: any.
class write_ticket {
public:
  /// Called by the block store when it takes over the append: the write starts. False: it was cancelled before; discard
  /// the block.
  [[nodiscard]] bool start() noexcept { return move_to(state::started); }

  /// Called by hot_cache: the block is no longer needed. False: the write has started, and its reply will come.
  [[nodiscard]] bool cancel() noexcept { return move_to(state::cancelled); }

  [[nodiscard]] bool cancelled() const noexcept { return state_.load(std::memory_order_acquire) == state::cancelled; }

private:
  enum class state : std::uint8_t { waiting, started, cancelled };

  bool move_to(state next) noexcept {
    auto expected = state::waiting;
    return state_.compare_exchange_strong(expected, next, std::memory_order_acq_rel);
  }

  std::atomic<state> state_{state::waiting};
};

} // namespace hearth::messages
