#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

#include <cstddef>

namespace hearth::bench {

/// An actor system such as a cache makes for itself (actors/host/cache_impl.cpp), for programs that share one.
struct cache_like_config : caf::actor_system_config {
  cache_like_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-throughput", std::size_t{300});
    set("scheduler.max-threads", std::size_t{2});
  }
};

} // namespace hearth::bench
