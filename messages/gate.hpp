#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

namespace hearth::messages {

/// Load of one message on a bounded mailbox: slots (messages, or blocks if a message carries several) and bytes.
struct load {
  std::uint64_t slots = 1;
  std::uint64_t bytes = 0;
};

/// Capacity of a mailbox. `slots_kept` of the slots are reserved for urgent messages (see `importance`).
struct gate_limits {
  std::uint64_t slots_max = 1;  ///< 1..2^24 - 1
  std::uint64_t bytes_max = 0;  ///< 0..2^40 - 1
  std::uint64_t slots_kept = 0; ///< less than slots_max
};

enum class importance : std::uint8_t { ordinary, urgent };

/// Bound of one mailbox, or of several that share it: one exact atomic word, slots << 40 | bytes. The bound on bytes
/// may be lowered while the gate is in use. Invariant: slots() <= slots_max and bytes() <= bytes_max at every instant.
/// Threads: any.
class gate {
public:
  explicit gate(const gate_limits& limits);

  /// Acquires room for `size`, all or nothing. Prefer `admit`: its permit releases the room by itself.
  [[nodiscard]] bool try_acquire(const load& size, importance rank = importance::ordinary) noexcept;

  /// Releases room. Pre: it was acquired before.
  void release(const load& size) noexcept;

  /// Whether `try_acquire(size)` would succeed now. Reserves nothing: another thread may take the room first.
  [[nodiscard]] bool open_for(const load& size, importance rank = importance::ordinary) const noexcept;

  /// Sets the current bound on bytes to the smaller of `bytes` and `bytes_max`. A gate that holds no bytes still admits
  /// one message of up to `bytes_max`. Room already acquired stays acquired. Threads: any.
  void narrow(std::uint64_t bytes) noexcept { bytes_now_.store(bytes, std::memory_order_relaxed); }

  /// The current bound on bytes. Threads: any.
  [[nodiscard]] std::uint64_t bytes_max_now() const noexcept {
    return std::min(limits_.bytes_max, bytes_now_.load(std::memory_order_relaxed));
  }

  /// Whether `size` does not even fit an empty mailbox: waiting cannot help.
  [[nodiscard]] bool never_admits(const load& size) const noexcept;

  [[nodiscard]] load taken() const noexcept; ///< slots and bytes, read at the same instant
  [[nodiscard]] const gate_limits& limits() const noexcept { return limits_; }

private:
  [[nodiscard]] bool fits(std::uint64_t word, const load& size, importance rank) const noexcept;

  gate_limits limits_;
  std::atomic<std::uint64_t> word_{0};
  std::atomic<std::uint64_t> bytes_now_{~std::uint64_t{0}};
};

/// Permit: room held in a gate. Releases it when destroyed: after the message was handled, after its receiver died, or
/// in a closed mailbox. Movable. A copy holds nothing: a copied message must be admitted again. Threads: one owner.
class permit {
public:
  permit() noexcept = default;
  permit(const permit&) noexcept {}
  permit(permit&& other) noexcept;
  permit& operator=(const permit& other) noexcept;
  permit& operator=(permit&& other) noexcept;
  ~permit() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return gate_ != nullptr; }

  /// Releases the room now.
  void reset() noexcept;

  /// Moves `part` of the room to a new permit; the rest may be nothing. Pre: this permit holds at least `part`.
  [[nodiscard]] permit split(const load& part) noexcept;

  /// Takes over the room of `other`. Pre: both permits are of the same gate, or one is empty.
  void absorb(permit&& other) noexcept;

private:
  friend permit admit(const std::shared_ptr<gate>& at, const load& size, importance rank) noexcept;
  permit(std::shared_ptr<gate> at, const load& size) noexcept;

  std::shared_ptr<gate> gate_;
  load size_{0, 0};
};

/// A permit for `size`, or an empty permit if the gate has no room.
[[nodiscard]] permit admit(const std::shared_ptr<gate>& at, const load& size,
                           importance rank = importance::ordinary) noexcept;

} // namespace hearth::messages
