#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/io/io_engine.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hearth::storage {

/// Work that a store decided on while it held its mutex, to be done after the mutex is released.
struct deferred_work {
  std::vector<io_job> jobs;
  std::vector<std::function<void()>> answers;
  std::vector<block_key> reclaimed;
  std::function<void(std::vector<block_key>)> listener; ///< gets the keys in `reclaimed`; may be empty
};

/// Submits the jobs to `io`, calls the listener, then gives the answers. If the engine has been destroyed together with
/// the store that held it, the jobs complete as if the engine had been stopped. Threads: any, without the store's
/// mutex.
void carry_out(deferred_work work, const std::weak_ptr<io_engine>& io);

} // namespace hearth::storage
