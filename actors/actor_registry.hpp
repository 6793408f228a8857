#pragma once

#include "actors/protocol.hpp"

#include <mutex>
#include <utility>

namespace hearth::actors {

/// Actor registry: the current writer, reader and stats actor. When one of them dies, hot_cache registers its
/// successor; all others look the actors up here. Threads: any.
class actor_registry {
public:
  [[nodiscard]] writer_actor writer() const { return read(writer_); }
  [[nodiscard]] reader_actor reader() const { return read(reader_); }
  [[nodiscard]] stats_actor stats() const { return read(stats_); }

  void writer(writer_actor actor) { replace(writer_, std::move(actor)); }
  void reader(reader_actor actor) { replace(reader_, std::move(actor)); }
  void stats(stats_actor actor) { replace(stats_, std::move(actor)); }

private:
  template <class Handle>
  Handle read(const Handle& slot) const {
    std::lock_guard guard{mutex_};
    return slot;
  }
  template <class Handle>
  void replace(Handle& slot, Handle actor) {
    std::lock_guard guard{mutex_};
    std::swap(slot, actor); // the old handle is released outside the lock
  }

  mutable std::mutex mutex_;
  writer_actor writer_;
  reader_actor reader_;
  stats_actor stats_;
};

} // namespace hearth::actors
