#pragma once

#include "actors/actor_configs.hpp"
#include "actors/bounded.hpp"
#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hearth::actors {

/// Peers of the writer.
struct writer_peers {
  hot_cache_actor hot_cache; ///< receives the write replies; the writer dies with it
  std::shared_ptr<storage::block_store> store;
};

/// Serves write requests: hands a few blocks at a time to the block store, in order, and replies when their appends
/// have ended. Some time after a write it makes the store sync. Never blocks: the I/O engine sends it a message. Dies
/// with hot_cache.
class writer_state {
public:
  static constexpr const char* name = "writer";
  using bounded_messages = bounds<messages::write_request>;

  writer_state(writer_actor::base* self, const writer_config& config, writer_peers peers);

  writer_state(const writer_state&) = delete;
  ~writer_state() { ended_->close(); }

  writer_actor::behavior_type make_behavior();

private:
  /// Block with its room in the mailbox.
  struct write {
    messages::offered_block block;
    messages::permit slot;
  };
  struct ended_write {
    std::shared_ptr<write> what;
    storage::result<void> outcome;
  };

  /// Ended appends that the writer has not handled yet. The I/O engine adds to it, even after the writer's death.
  /// Threads: any.
  class ended_writes {
  public:
    /// Returns whether to notify the writer: the list was empty.
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

    /// Closes the list: appends that end later are discarded, and their slots released.
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
  bool goes_on_ = false;     ///< has sent itself a message to hand over more blocks, and not handled it yet
};

using writer_impl = bounded<writer_actor, writer_state>;

} // namespace hearth::actors
