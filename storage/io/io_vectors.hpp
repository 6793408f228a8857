#pragma once

#include <algorithm>
#include <cstddef>
#include <limits.h>
#include <span>
#include <vector>

#include <sys/uio.h>

namespace hearth::storage {

/// The remaining parts of a scattered transfer, in the kernel's format, the same for reads and writes. Owns the list,
/// not the memory. Threads: one owner.
class io_vectors {
public:
  template <class Byte>
  explicit io_vectors(std::span<const std::span<Byte>> parts) {
    left_.reserve(parts.size());
    for (const auto& part : parts)
      if (!part.empty())
        left_.push_back({const_cast<std::byte*>(part.data()), part.size()});
  }

  [[nodiscard]] bool empty() const noexcept { return next_ == left_.size(); }

  /// The remaining parts for one system call: `count` of them, at most IOV_MAX. Valid until `advance`.
  [[nodiscard]] const iovec* data() const noexcept { return left_.data() + next_; }
  [[nodiscard]] int count() const noexcept {
    return static_cast<int>(std::min<std::size_t>(left_.size() - next_, IOV_MAX));
  }

  /// Records that `bytes` more have been moved. Pre: no more than what remains.
  void advance(std::size_t bytes) noexcept {
    while (!empty() && bytes >= left_[next_].iov_len)
      bytes -= left_[next_++].iov_len;
    if (bytes == 0)
      return;
    left_[next_].iov_base = static_cast<std::byte*>(left_[next_].iov_base) + bytes;
    left_[next_].iov_len -= bytes;
  }

private:
  std::vector<iovec> left_;
  std::size_t next_ = 0;
};

} // namespace hearth::storage
