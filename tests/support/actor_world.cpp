#include "tests/support/actor_world.hpp"

#include "actors/host/cache_impl.hpp"

#include <caf/atom.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hearth::testing {

namespace {

/// The longest step of time between two checks of the alarms.
constexpr std::chrono::nanoseconds stride = std::chrono::milliseconds{1};

constexpr std::uint64_t messages_at_once_most = 1'000'000;

} // namespace

actor_world::actor_world(world_parts parts)
    : files_(parts.files ? std::move(parts.files) : storage::make_memory_file_system()),
      next_actor_(std::move(parts.next_actor)), after_message_(std::move(parts.after_message)) {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  const auto clock = [this] { return static_cast<std::int64_t>(now().count()); };
  disk_ = parts.make_disk ? parts.make_disk(clock) : storage::make_memory_io(clock);
  (void)files_->create_directory("/cache");
}

actor_world::~actor_world() {
  disk_->stop(nanoseconds{0});
  deliver();
  scheduler().clock().cancel_all(); // pending alarms would keep the actor system alive
  system_.reset();
}

result<cache> actor_world::open(cache_options options) {
  environment around{
      files_, disk_, [this] { return static_cast<std::int64_t>(now().count()); },
      [this](const std::function<bool()>& done, nanoseconds timeout) { return run_until(done, timeout); }};
  around.steady_clock = around.wall_clock;
  return open_cache(*system_, std::move(options), std::move(around));
}

caf::scheduler::test_coordinator& actor_world::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

actor_world::nanoseconds actor_world::now() { return scheduler().clock().now().time_since_epoch(); }

bool actor_world::step() {
  auto& jobs = scheduler().jobs;
  if (next_actor_ && jobs.size() > 1) {
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(next_actor_(jobs.size()));
    std::rotate(jobs.begin(), chosen, chosen + 1);
  }
  if (!scheduler().try_run_once())
    return false;
  if (++messages_since_ > messages_at_once_most)
    throw std::runtime_error("the actors send messages for ever: a million, and time stands still");
  if (after_message_)
    after_message_();
  return true;
}

std::size_t actor_world::deliver() {
  std::size_t messages = 0;
  while (step())
    ++messages;
  return messages;
}

/// Advances time to the next completion, by at most one step and not beyond `limit`, and completes what is due.
void actor_world::pass(nanoseconds limit) {
  auto leap = std::min(limit, stride);
  if (const auto due = disk_->next_due_ns())
    leap = std::clamp(nanoseconds{*due} - now(), nanoseconds{0}, leap);
  if (leap > nanoseconds{0})
    messages_since_ = 0;
  scheduler().advance_time(leap);
  disk_->step();
}

void actor_world::run() {
  for (deliver(); disk_->next_due_ns(); deliver())
    pass(nanoseconds::max());
}

void actor_world::advance(nanoseconds time) {
  const auto end = now() + time;
  for (deliver(); now() < end; deliver())
    pass(end - now());
}

bool actor_world::run_until(const std::function<bool()>& done, nanoseconds timeout) {
  const auto end = now() + timeout;
  while (!done()) {
    if (step())
      continue;
    if (now() >= end)
      return done();
    pass(end - now());
  }
  return true;
}

} // namespace hearth::testing
