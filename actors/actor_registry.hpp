#pragma once

#include "actors/protocol.hpp"

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace hearth::actors {

/// Who plays which part now. hot_cache replaces those that died; everybody else asks here. Threads: any.
class roster {
public:
  [[nodiscard]] writer_actor writer() const { return read(writer_); }
  [[nodiscard]] stats_actor stats() const { return read(stats_); }
  [[nodiscard]] reader_actor reader(std::size_t index) const {
    std::lock_guard guard{mutex_};
    return index < readers_.size() ? readers_[index] : reader_actor{};
  }

  void writer(writer_actor actor) { replace(writer_, std::move(actor)); }
  void stats(stats_actor actor) { replace(stats_, std::move(actor)); }
  void reader(std::size_t index, reader_actor actor) {
    std::lock_guard guard{mutex_};
    if (readers_.size() <= index)
      readers_.resize(index + 1);
    readers_[index] = std::move(actor);
  }

private:
  template <class Handle>
  Handle read(const Handle& slot) const {
    std::lock_guard guard{mutex_};
    return slot;
  }
  template <class Handle>
  void replace(Handle& slot, Handle actor) {
    std::lock_guard guard{mutex_};
    std::swap(slot, actor); // the old one is released outside the lock
  }

  mutable std::mutex mutex_;
  writer_actor writer_;
  stats_actor stats_;
  std::vector<reader_actor> readers_;
};

} // namespace hearth::actors
