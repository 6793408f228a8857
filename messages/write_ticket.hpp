#pragma once

#include <atomic>
#include <cstdint>

namespace hearth::messages {

/// Decides, once and exactly, whether a pending block is written or cancelled: hot_cache and the write share it.
/// Cancelling needs no message and so no room in the writer's mailbox. Threads: any.
class write_ticket {
public:
  /// block store, as it takes the append over: the write begins. False: it was cancelled before; discard it.
  [[nodiscard]] bool start() noexcept { return move_to(state::started); }

  /// hot_cache: the block is not wanted any more. False: the write has begun; its reply will come.
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
