#pragma once

#include "actors/host/actors.hpp"
#include "actors/hot_lookup.hpp"
#include "actors/host/assembly.hpp"
#include "actors/host/cache.hpp"
#include "actors/host/client.hpp"

#include <caf/actor_system_config.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace hearth {

/// Configuration of an actor system that serves one cache. Policy `sharing` and a bounded throughput keep a busy actor
/// from delaying the others. No actor blocks, and one thread serves a cache at some GB/s: on two hardware threads, a
/// second thread would only compete with the first, with the host and with the I/O.
struct own_system_config : caf::actor_system_config {
  own_system_config();
};

/// Event: happens once, on any thread. Pre of `set`: the caller shares ownership, because a waiting thread may release
/// the event as soon as it has happened.
class event {
public:
  void set() {
    {
      std::lock_guard guard{mutex_};
      happened_ = true;
    }
    changed_.notify_all(); // without the mutex: the woken thread takes it
  }
  [[nodiscard]] bool happened() const {
    std::lock_guard guard{mutex_};
    return happened_;
  }
  /// Sleeps until the event happens, at most `timeout`. Returns whether it happened.
  bool wait_for(std::chrono::nanoseconds timeout) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, timeout, [this] { return happened_; });
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool happened_ = false;
};

/// State of one open cache: its actors, and how to wait for their replies. Not movable.
class cache::impl {
public:
  /// `own` (may be null) is the actor system that belongs to this cache.
  impl(std::shared_ptr<caf::actor_system> own, caf::actor_system& system, cache_options options, environment world,
       std::shared_ptr<actors::shared_state> parts);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  /// Opens a cache in `world`. Errors: as `cache::open`.
  static result<cache> open(std::shared_ptr<caf::actor_system> own, caf::actor_system& system, cache_options options,
                            environment world);

  /// Calls `done` at once, on this thread; `done` may be empty.
  template <class T>
  void deliver(const callback<T>& done, result<T> end) const {
    if (done)
      client_->guarded([&] { done(std::move(end)); });
  }

  /// Sends a request to hot_cache, and calls `done` (may be empty) with its reply, converted by `convert`.
  template <class Reply, class Message, class T, class Convert>
  void ask(Message message, callback<T> done, Convert convert) {
    client_->request<Reply>(handles_.hot_cache.actor, std::move(message),
                            answer_with<Reply>(std::move(done), std::move(convert)),
                            {errc::closed, "the cache has died: open it anew"});
  }

  /// Sends a request to stats. Stats outlives hot_cache; if it is gone, hot_cache is about to replace it.
  template <class Reply, class Message, class T, class Convert>
  void ask_stats(Message message, callback<T> done, Convert convert) {
    client_->request<Reply>(
        handles_.registry->stats(), std::move(message), answer_with<Reply>(std::move(done), std::move(convert)),
        {errc::overloaded, "the stats actor died and is being replaced; nothing is lost: ask again"});
  }

  /// Starts an asynchronous call and waits until it ends, at most `timeout`.
  template <class T, class Start>
  result<T> wait(std::chrono::nanoseconds timeout, Start start) {
    struct call {
      event ended;
      std::optional<result<T>> end; ///< written before `ended`, read after
    };
    const auto state = std::make_shared<call>();
    start([state](result<T> end) {
      state->end.emplace(std::move(end));
      state->ended.set();
    });
    if (wait_for(state->ended, timeout))
      return std::move(*state->end);
    return {errc::timeout, "no answer within " +
                               std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count()) +
                               " ms"};
  }

  [[nodiscard]] const cache_options& options() const noexcept { return options_; }
  [[nodiscard]] const actor_handles& handles() const noexcept { return handles_; }
  [[nodiscard]] const actors::hot_lookup& hot() const noexcept { return hot_; }
  [[nodiscard]] const actors::shared_state& parts() const noexcept { return *parts_; }
  /// Time for latencies, ns.
  [[nodiscard]] std::int64_t now_ns() const { return steady_clock_(); }
  /// Measures an operation that began at `start_ns` and ends now.
  void measured(stats::operation what, std::int64_t start_ns) const {
    latencies_->add(what, static_cast<std::uint64_t>(now_ns() - start_ns));
  }
  [[nodiscard]] std::chrono::nanoseconds timeout(const std::optional<std::chrono::milliseconds>& chosen) const {
    return messages::bounded_time(chosen.value_or(options_.request_timeout));
  }

  /// Begins to close. False if another call has begun already.
  bool begin_close() { return !closing_.exchange(true); }
  [[nodiscard]] bool closing() const noexcept { return closing_; }
  /// Closes, unless another call has begun to close, and waits until the close has ended.
  void finish_close(cache& owner);
  [[nodiscard]] std::shared_ptr<event> close_ended() const { return close_ended_; }

private:
  template <class Reply, class T, class Convert>
  static std::function<void(result<Reply>)> answer_with(callback<T> done, Convert convert) {
    return [done = std::move(done), convert = std::move(convert)](result<Reply>&& reply) {
      if (!done) // fire and forget
        return;
      if (reply)
        done(convert(std::move(*reply)));
      else
        done(reply.error());
    };
  }
  bool wait_for(event& what, std::chrono::nanoseconds timeout);

  std::shared_ptr<caf::actor_system> own_system_;
  cache_options options_;
  environment world_;
  std::atomic<bool> closing_{false};
  std::shared_ptr<event> close_ended_ = std::make_shared<event>(); ///< the close has been answered
  std::shared_ptr<event> parts_gone_;                              ///< no actor and no other owner holds `parts_`
  std::shared_ptr<const actors::shared_state> parts_;
  // Not in `parts_`: an answer may still be measured while the cache ends.
  const std::shared_ptr<stats::latencies> latencies_;
  const storage::clock_ns steady_clock_;
  actor_handles handles_;
  actors::hot_lookup hot_;
  std::unique_ptr<client> client_;
};

/// Opens a cache on `system` in an environment of the caller, for tests with simulated files and disks.
[[nodiscard]] result<cache> open_cache(caf::actor_system& system, cache_options options, environment world);

} // namespace hearth
