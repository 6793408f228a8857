#include "messages/gate.hpp"

#include <cassert>
#include <utility>

namespace hearth::messages {

namespace {

constexpr std::uint64_t bytes_bits = 40;
constexpr std::uint64_t bytes_mask = (std::uint64_t{1} << bytes_bits) - 1;
constexpr std::uint64_t slots_mask = (std::uint64_t{1} << (64 - bytes_bits)) - 1;

constexpr std::uint64_t word_of(const load& size) noexcept { return size.slots << bytes_bits | size.bytes; }

} // namespace

gate::gate(const gate_limits& limits) : limits_(limits) {
  assert(limits.slots_max >= 1 && limits.slots_max <= slots_mask);
  assert(limits.bytes_max <= bytes_mask);
  assert(limits.slots_kept < limits.slots_max);
}

bool gate::fits(std::uint64_t word, const load& size, importance rank) const noexcept {
  const auto slots_max = limits_.slots_max - (rank == importance::urgent ? 0 : limits_.slots_kept);
  const auto slots = word >> bytes_bits;
  const auto bytes = word & bytes_mask;
  const auto bytes_max = bytes == 0 ? limits_.bytes_max : bytes_max_now();
  return size.slots <= slots_max && slots <= slots_max - size.slots && size.bytes <= bytes_max &&
         bytes <= bytes_max - size.bytes;
}

bool gate::try_acquire(const load& size, importance rank) noexcept {
  auto now = word_.load(std::memory_order_relaxed);
  do {
    if (!fits(now, size, rank))
      return false;
  } while (
      !word_.compare_exchange_weak(now, now + word_of(size), std::memory_order_acq_rel, std::memory_order_relaxed));
  return true;
}

void gate::release(const load& size) noexcept {
  [[maybe_unused]] const auto before = word_.fetch_sub(word_of(size), std::memory_order_acq_rel);
  assert((before >> bytes_bits) >= size.slots && (before & bytes_mask) >= size.bytes);
}

bool gate::open_for(const load& size, importance rank) const noexcept {
  return fits(word_.load(std::memory_order_acquire), size, rank);
}

bool gate::never_admits(const load& size) const noexcept { return !fits(0, size, importance::urgent); }

load gate::taken() const noexcept {
  const auto now = word_.load(std::memory_order_acquire);
  return {now >> bytes_bits, now & bytes_mask};
}

permit::permit(std::shared_ptr<gate> at, const load& size) noexcept : gate_(std::move(at)), size_(size) {}

permit::permit(permit&& other) noexcept
    : gate_(std::exchange(other.gate_, nullptr)), size_(std::exchange(other.size_, load{0, 0})) {}

permit& permit::operator=(const permit& other) noexcept {
  if (this != &other)
    reset();
  return *this;
}

permit& permit::operator=(permit&& other) noexcept {
  if (this != &other) {
    reset();
    gate_ = std::exchange(other.gate_, nullptr);
    size_ = std::exchange(other.size_, load{0, 0});
  }
  return *this;
}

void permit::reset() noexcept {
  if (const auto held = std::exchange(gate_, nullptr))
    held->release(std::exchange(size_, load{0, 0}));
}

permit permit::split(const load& part) noexcept {
  assert(gate_ && part.slots <= size_.slots && part.bytes <= size_.bytes);
  size_.slots -= part.slots;
  size_.bytes -= part.bytes;
  return {gate_, part};
}

void permit::absorb(permit&& other) noexcept {
  if (!gate_) {
    *this = std::move(other);
    return;
  }
  assert(!other.gate_ || other.gate_ == gate_);
  size_.slots += other.size_.slots;
  size_.bytes += other.size_.bytes;
  other.gate_ = nullptr;
  other.size_ = load{0, 0};
}

permit admit(const std::shared_ptr<gate>& at, const load& size, importance rank) noexcept {
  return at->try_acquire(size, rank) ? permit{at, size} : permit{};
}

} // namespace hearth::messages
