#pragma once

#include "actors/actor_configs.hpp"
#include "actors/bounded.hpp"
#include "stats/latencies.hpp"
#include "storage/cold/block_store.hpp"

#include <caf/actor_clock.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hearth::actors {

/// Peers of the writer.
struct writer_peers {
  hot_cache_actor hot_cache; ///< receives the write replies; when hot_cache dies, the writer quits
  std::shared_ptr<storage::block_store> store;
  std::shared_ptr<stats::latencies> latencies; ///< gets the time that each block waits here
};

/// Serves write requests: hands a few blocks at a time to the block store, in order, and replies when their appends
/// have ended. Requests a sync at most `sync_every` after a write. Never blocks: the I/O engine notifies the writer by
/// message when appends have ended. Quits when hot_cache dies.
class writer_state {
public:
  static constexpr const char* name = "writer";
  using bounded_messages = bounds<messages::write_request>;

  writer_state(writer_actor::base* self, const writer_config& config, writer_peers peers);

  writer_state(const writer_state&) = delete;
  ~writer_state() { ended_->close(); }

  writer_actor::behavior_type make_behavior();

private:
  /// One block, and the permit that holds its room in the writer's mailbox.
  struct write {
    messages::offered_block block;
    messages::permit slot;
    caf::actor_clock::time_point since; ///< when it arrived
  };
  struct ended_write {
    std::shared_ptr<write> what;
    storage::result<void> outcome;
  };

  /// List of ended appends that the writer has not handled yet. The I/O engine adds to the list, also after the
  /// writer's death; the list is closed then. Threads: any.
  class ended_writes {
  public:
    /// Adds an append, unless the list is closed. Returns whether to notify the writer: the list was open and empty.
    [[nodiscard]] bool add(ended_write one) {
      std::lock_guard guard{mutex_};
      if (closed_)
        return false;
      writes_.push_back(std::move(one));
      return writes_.size() == 1;
    }
    [[nodiscard]] std::vector<ended_write> take() {
      std::lock_guard guard{mutex_};
      return std::exchange(writes_, {});
    }

    /// Closes the list. Appends in the list, and appends that end later, are discarded, and their permits released.
    void close() {
      std::vector<ended_write> gone;
      std::lock_guard guard{mutex_};
      closed_ = true;
      gone.swap(writes_);
    }

  private:
    std::mutex mutex_;
    std::vector<ended_write> writes_;
    bool closed_ = false;
  };

  void on_write(messages::write_request& x);
  void on_appends_completed();
  void on_tick();
  void submit();
  void sync_later();

  writer_actor::base* self_;
  writer_config config_;
  writer_peers peers_;
  std::deque<std::shared_ptr<write>> waiting_;
  std::shared_ptr<ended_writes> ended_ = std::make_shared<ended_writes>();
  std::size_t in_flight_ = 0;
  bool sync_is_due_ = false; ///< a tick is pending
  bool goes_on_ = false;     ///< the message that continues with the next turn is pending
};

using writer_impl = bounded<writer_actor, writer_state>;

} // namespace hearth::actors
