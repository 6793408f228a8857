#include "storage/buffer.hpp"

#include "storage/buffer_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace hearth::storage {

namespace detail {

/// Owner count, size and the aligned bytes. The bytes stand apart, so that they start on an alignment boundary.
struct buffer_memory {
  std::atomic<std::size_t> owners{1};
  std::size_t size = 0;
  pooled_memory memory; ///< under sanitizers from the allocator they know, and without a home
};

} // namespace detail

namespace {

/// Whole units, at least one.
std::size_t padded(std::size_t size) noexcept {
  return std::max(size + buffer_alignment - 1, buffer_alignment) / buffer_alignment * buffer_alignment;
}

failure refused(std::size_t size, const std::string& why) {
  return {errc::no_memory, "a buffer of " + std::to_string(size) + " bytes could not be allocated: " + why};
}

result<pooled_memory> provide(std::size_t bytes) {
  if (buffers_are_pooled())
    return process_buffer_pool().allocate(bytes);
  auto* const provided = static_cast<std::byte*>(std::aligned_alloc(buffer_alignment, bytes));
  if (provided == nullptr)
    return failure{errc::no_memory, "aligned_alloc found none"};
  return pooled_memory{provided, bytes, {}};
}

void release(detail::buffer_memory* memory) noexcept {
  if (memory == nullptr || memory->owners.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  if (buffers_are_pooled())
    process_buffer_pool().free(memory->memory);
  else
    std::free(memory->memory.bytes);
  delete memory;
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
  return memory_ ? std::span<const std::byte>{memory_->memory.bytes, memory_->size} : std::span<const std::byte>{};
}

std::span<const std::byte> buffer::padded_bytes() const noexcept {
  return memory_ ? std::span<const std::byte>{memory_->memory.bytes, padded(memory_->size)}
                 : std::span<const std::byte>{};
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
  if (size > buffer_pool::buffer_bytes_max)
    return refused(size, "at most " + std::to_string(buffer_pool::buffer_bytes_max) + " bytes can be");
  std::unique_ptr<detail::buffer_memory> memory{new (std::nothrow) detail::buffer_memory};
  if (memory == nullptr)
    return refused(size, "no memory for its owner count");
  auto provided = provide(padded(size));
  if (!provided)
    return refused(size, provided.error().context);
  // Whole units have none, and a memset of no bytes cost 90 ns in half of the runs measured.
  if (const auto padding = padded(size) - size; padding > 0)
    std::memset(provided->bytes + size, 0, padding);
  memory->size = size;
  memory->memory = *provided;
  return mutable_buffer{memory.release()};
}

mutable_buffer::mutable_buffer(mutable_buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}

mutable_buffer& mutable_buffer::operator=(mutable_buffer&& other) noexcept {
  std::swap(memory_, other.memory_);
  return *this;
}

mutable_buffer::~mutable_buffer() { release(memory_); }

std::span<std::byte> mutable_buffer::bytes() noexcept {
  return memory_ ? std::span<std::byte>{memory_->memory.bytes, memory_->size} : std::span<std::byte>{};
}

std::span<std::byte> mutable_buffer::padded_bytes() noexcept {
  return memory_ ? std::span<std::byte>{memory_->memory.bytes, padded(memory_->size)} : std::span<std::byte>{};
}

buffer mutable_buffer::publish() && noexcept { return buffer{std::exchange(memory_, nullptr)}; }

} // namespace hearth::storage
