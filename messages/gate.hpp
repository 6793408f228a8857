#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

namespace hearth::messages {

/// What a message takes of a bounded mailbox: slots (messages, or blocks where a message carries several) and bytes.
struct load {
  std::uint64_t slots = 1;
  std::uint64_t bytes = 0;
};

/// How much a mailbox admits. `slots_kept` of the slots are for urgent senders only (see `importance`).
struct gate_limits {
  std::uint64_t slots_max = 1;  ///< 1..2^24 - 1
  std::uint64_t bytes_max = 0;  ///< 0..2^40 - 1
  std::uint64_t slots_kept = 0; ///< less than slots_max
};

enum class importance : std::uint8_t { ordinary, urgent };

/// The bound of one mailbox, or of several that share it: one exact atomic word, slots << 40 | bytes. The bound on
/// bytes may be narrowed while it is in use. Invariant: slots() <= slots_max and bytes() <= bytes_max at every instant.
/// Threads: any.
class gate {
public:
  explicit gate(const gate_limits& limits);

  /// Takes room for `size`, all or nothing. Prefer `admit`, which gives it back by itself.
  [[nodiscard]] bool try_acquire(const load& size, importance rank = importance::ordinary) noexcept;

  /// Gives room back. Pre: it was acquired before.
  void release(const load& size) noexcept;

  /// Whether `try_acquire(size)` would have succeeded a moment ago. Reserves nothing.
  [[nodiscard]] bool open_for(const load& size, importance rank = importance::ordinary) const noexcept;

  /// From now on admits no more than so many bytes at once, within `bytes_max`; but always one message into what is
  /// empty. What is in stays. Threads: any.
  void narrow(std::uint64_t bytes) noexcept { bytes_now_.store(bytes, std::memory_order_relaxed); }

  /// What it admits now. Threads: any.
  [[nodiscard]] std::uint64_t bytes_max_now() const noexcept {
    return std::min(limits_.bytes_max, bytes_now_.load(std::memory_order_relaxed));
  }

  /// Whether no waiting could ever make room for `size`.
  [[nodiscard]] bool never_admits(const load& size) const noexcept;

  [[nodiscard]] load taken() const noexcept; ///< slots and bytes, of one moment
  [[nodiscard]] const gate_limits& limits() const noexcept { return limits_; }

private:
  [[nodiscard]] bool fits(std::uint64_t word, const load& size, importance rank) const noexcept;

  gate_limits limits_;
  std::atomic<std::uint64_t> word_{0};
  std::atomic<std::uint64_t> bytes_now_{~std::uint64_t{0}};
};

/// Room held in a gate; gives it back when destroyed: after the message was handled, after its receiver died, or in a
/// closed mailbox. Movable. A copy holds nothing: a copied message must be admitted anew. Threads: one owner.
class permit {
public:
  permit() noexcept = default;
  permit(const permit&) noexcept {}
  permit(permit&& other) noexcept;
  permit& operator=(const permit& other) noexcept;
  permit& operator=(permit&& other) noexcept;
  ~permit() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return gate_ != nullptr; }

  /// Gives the room back now.
  void reset() noexcept;

  /// Gives `part` of the room to another permit. Pre: it holds so much; what is left over may be nothing.
  [[nodiscard]] permit split(const load& part) noexcept;

  /// Takes over the room of `other`. Pre: both hold room of the same gate, or one of them none.
  void absorb(permit&& other) noexcept;

private:
  friend permit admit(const std::shared_ptr<gate>& at, const load& size, importance rank) noexcept;
  permit(std::shared_ptr<gate> at, const load& size) noexcept;

  std::shared_ptr<gate> gate_;
  load size_{0, 0};
};

/// A permit for `size`, or an empty one if the gate is closed for it.
[[nodiscard]] permit admit(const std::shared_ptr<gate>& at, const load& size,
                           importance rank = importance::ordinary) noexcept;

} // namespace hearth::messages
