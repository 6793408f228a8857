#include "storage/buffer.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace hearth::storage {

namespace detail {

/// Owner count, size and the aligned bytes. The bytes stand apart, so that they start on an alignment boundary.
struct buffer_memory {
  std::atomic<std::size_t> owners{1};
  std::size_t size = 0;
  std::size_t capacity = 0;
  std::byte* bytes = nullptr;
};

} // namespace detail

namespace {

std::size_t padded(std::size_t size) noexcept {
  return (size + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
}

void release(detail::buffer_memory* memory) noexcept {
  if (memory != nullptr && memory->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    std::free(memory->bytes);
    delete memory;
  }
}

} // namespace

buffer::buffer(const buffer& other) noexcept : memory_(other.memory_) {
  if (memory_ != nullptr)
    memory_->owners.fetch_add(1, std::memory_order_relaxed);
}

buffer::buffer(buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}

buffer& buffer::operator=(buffer other) noexcept {
  std::swap(memory_, other.memory_);
  return *this;
}

buffer::~buffer() { release(memory_); }

std::span<const std::byte> buffer::bytes() const noexcept {
  return memory_ ? std::span<const std::byte>{memory_->bytes, memory_->size} : std::span<const std::byte>{};
}

std::span<const std::byte> buffer::padded_bytes() const noexcept {
  return memory_ ? std::span<const std::byte>{memory_->bytes, memory_->capacity} : std::span<const std::byte>{};
}

std::size_t buffer::size() const noexcept { return memory_ ? memory_->size : 0; }

result<buffer> buffer::copy_of(std::span<const std::byte> bytes) {
  auto copy = mutable_buffer::allocate(bytes.size());
  if (!copy)
    return copy.error();
  if (!bytes.empty())
    std::memcpy(copy->bytes().data(), bytes.data(), bytes.size());
  return std::move(*copy).publish();
}

result<mutable_buffer> mutable_buffer::allocate(std::size_t size) {
  const auto refused = [size] {
    return failure{errc::no_memory, "a buffer of " + std::to_string(size) + " bytes could not be allocated"};
  };
  if (size > static_cast<std::size_t>(-1) / 2)
    return refused();
  const std::size_t capacity = size == 0 ? buffer_alignment : padded(size);
  auto* memory = new (std::nothrow) detail::buffer_memory;
  auto* bytes = static_cast<std::byte*>(std::aligned_alloc(buffer_alignment, capacity));
  if (memory == nullptr || bytes == nullptr) {
    delete memory;
    std::free(bytes);
    return refused();
  }
  std::memset(bytes + size, 0, capacity - size);
  memory->size = size;
  memory->capacity = capacity;
  memory->bytes = bytes;
  return mutable_buffer{memory};
}

mutable_buffer::mutable_buffer(mutable_buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}

mutable_buffer& mutable_buffer::operator=(mutable_buffer&& other) noexcept {
  std::swap(memory_, other.memory_);
  return *this;
}

mutable_buffer::~mutable_buffer() { release(memory_); }

std::span<std::byte> mutable_buffer::bytes() noexcept {
  return memory_ ? std::span<std::byte>{memory_->bytes, memory_->size} : std::span<std::byte>{};
}

std::span<std::byte> mutable_buffer::padded_bytes() noexcept {
  return memory_ ? std::span<std::byte>{memory_->bytes, memory_->capacity} : std::span<std::byte>{};
}

buffer mutable_buffer::publish() && noexcept { return buffer{std::exchange(memory_, nullptr)}; }

} // namespace hearth::storage
