#include "actors/host/cache_impl.hpp"

#include "actors/spawn.hpp"

#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

namespace hearth {

namespace {

/// An actor system together with the configuration it refers to.
struct system_of_its_own {
  own_system_config config;
  caf::actor_system system{config};
};

/// Makes the directory an absolute path, because the working directory may change while a cache is open.
cache_options with_absolute_directory(cache_options options) {
  std::error_code ignored; // the path stays as it is; opening it reports the error
  if (!options.directory.empty())
    if (auto whole = std::filesystem::absolute(options.directory, ignored); !ignored)
      options.directory = whole.string();
  return options;
}

} // namespace

own_system_config::own_system_config() {
  constexpr std::size_t least = 1, most = 4;
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-throughput", std::size_t{300});
  set("scheduler.max-threads", std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, least, most));
}

cache::impl::impl(std::shared_ptr<caf::actor_system> own, caf::actor_system& system, cache_options options,
                  environment world, std::shared_ptr<actors::shared_state> parts)
    : own_system_(std::move(own)), options_(std::move(options)), world_(std::move(world)),
      parts_gone_(std::make_shared<event>()), parts_(parts.get(),
                                                     [parts, gone = parts_gone_](const actors::shared_state*) mutable {
                                                       parts.reset();
                                                       gone->set();
                                                     }),
      latencies_(parts_->latencies), steady_clock_(parts_->steady_clock),
      handles_{{actors::spawn_hot_cache(system, parts_), parts_->hot_cache_mailbox.gate},
               parts_->registry,
               parts_->writer_mailbox.gate,
               parts_->stats_mailbox.gate},
      hot_(*parts_, handles_.hot_cache.actor), client_(std::make_unique<client>(system, parts_->journal)) {}

/// Ends the actors and waits, at most 5 s, until the last of them has released the store, so that the directory is free
/// afterwards. If the disk hangs, the hanging job keeps the lock until it ends.
cache::impl::~impl() {
  caf::anon_send_exit(handles_.hot_cache.actor, caf::exit_reason::user_shutdown); // writer and reader follow it
  if (const auto stats = handles_.registry->stats())                              // outlives a hot_cache that died
    caf::anon_send_exit(stats, caf::exit_reason::user_shutdown);
  parts_.reset();
  wait_for(*parts_gone_, std::chrono::seconds{5});
  client_->close(); // a callback may send another request
  handles_.registry.reset();
  if (!world_.wait && world_.io)
    world_.io->stop(std::chrono::seconds{1});
}

void cache::impl::finish_close(cache& owner) {
  if (closing())
    wait_for(*close_ended_, options_.close_timeout + std::chrono::seconds{1});
  else
    (void)owner.close();
}

bool cache::impl::wait_for(event& what, std::chrono::nanoseconds timeout) {
  return world_.wait ? world_.wait([&] { return what.happened(); }, timeout) : what.wait_for(timeout);
}

result<cache> cache::impl::open(std::shared_ptr<caf::actor_system> own, caf::actor_system& system,
                                cache_options options, environment world) {
  auto parts = assemble(options, world);
  if (!parts)
    return parts.error();
  options.on_opening = {}; // references in it may be valid only during the opening
  cache made{std::make_unique<impl>(std::move(own), system, std::move(options), std::move(world), std::move(*parts))};
  // hot_cache replies after it has started all other actors.
  if (const auto started = made.contains(std::span<const block_key>{}); !started)
    return started.error();
  return made;
}

result<cache> cache::open(cache_options options) {
  auto world = machine_environment(options);
  if (!world)
    return world.error();
  auto own = std::make_shared<system_of_its_own>();
  auto& system = own->system;
  return impl::open({std::move(own), &system}, system, with_absolute_directory(std::move(options)), std::move(*world));
}

result<cache> cache::open(caf::actor_system& system, cache_options options) {
  auto world = machine_environment(options);
  if (!world)
    return world.error();
  return impl::open(nullptr, system, with_absolute_directory(std::move(options)), std::move(*world));
}

result<cache> open_cache(caf::actor_system& system, cache_options options, environment world) {
  return cache::impl::open(nullptr, system, std::move(options), std::move(world));
}

} // namespace hearth
