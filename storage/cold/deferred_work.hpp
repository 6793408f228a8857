#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/io/io_engine.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hearth::storage {

/// What a store has decided while it held its mutex, to be done once that is free.
struct deferred_work {
  std::vector<io_job> jobs;
  std::vector<std::function<void()>> answers;
  std::vector<block_key> reclaimed;
  std::function<void(std::vector<block_key>)> listener; ///< to hear of them; may be empty
};

/// Submits the jobs to `io`, tells the listener, gives the answers, in this order. If the engine has been destroyed,
/// with the store that held it, the jobs complete as if it had been stopped. Threads: any; without the store's mutex.
void carry_out(deferred_work work, const std::weak_ptr<io_engine>& io);

} // namespace hearth::storage
