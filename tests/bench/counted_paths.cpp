#include "tests/bench/counted_paths.hpp"

#include "tests/support/actor_world.hpp"

#include <utility>

namespace hearth {

extern "C" {

std::size_t counted_get(cache& kept, const std::vector<block_key>& keys) {
  std::size_t found = 0;
  for (const auto& key : keys)
    found += kept.get(key).ok() ? 1 : 0;
  return found;
}

std::size_t counted_prefix(testing::actor_world& world, cache& kept, std::vector<block_key> keys) {
  std::size_t found = 0;
  kept.get_prefix_async(std::move(keys), {}, [&](const result<prefix>& x) { found = x.ok() ? x->blocks.size() : 0; });
  world.deliver();
  return found;
}

std::size_t counted_put(testing::actor_world& world, cache& kept, std::span<const block_key> keys,
                        std::vector<buffer> payloads) {
  std::size_t stored = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    kept.put_async(keys[i], std::move(payloads[i]), {},
                   [&](const result<put_outcome>& x) { stored += x.ok() ? 1 : 0; });
    world.deliver();
  }
  return stored;
}

} // extern "C"

} // namespace hearth
