#include "actors/host/cache.hpp"

#include <array>
#include <cstdio>
#include <cstring>

hearth::result<hearth::buffer> compute_block() { // in an engine: prefill on the GPU, and the copy off it
  auto block = hearth::mutable_buffer::allocate(1 << 20);
  if (!block)
    return block.error();
  std::memset(block->bytes().data(), 42, block->bytes().size());
  return std::move(*block).publish();
}

int main(int count, char** arguments) {
  const auto* directory = count > 1 ? arguments[1] : ""; // empty: memory only
  auto cache = hearth::cache::open({.directory = directory, .hot_bytes_max = 64 << 20, .cold_bytes_max = 256 << 20});
  if (!cache)
    return std::fprintf(stderr, "%s\n", to_string(cache.error()).c_str()), 1;
  const std::array tokens{101u, 7592u, 2088u, 102u};
  const std::array chain{hearth::derive_key("my-model", std::nullopt, tokens)};
  const auto found = cache->get_prefix(chain); // the longest leading run that is present, in one message
  const bool present = found.ok() && !found->blocks.empty();
  if (!present)
    (void)cache->put(chain[0], 1 << 20, compute_block); // computes only if there is room
  if (const auto report = cache->flush(); report.ok())  // every dirty block, with back-pressure instead of drops
    std::printf("%s, written %zu, left %zu\n", present ? "found" : "computed", std::size_t{report->written.blocks},
                std::size_t{report->left.blocks});
  if (const auto stats = cache->stats(); stats.ok())
    std::printf("write drops: %zu\n", std::size_t{stats->whole.counters.ledger.ssd_write_drops()});
  return cache->get(chain[0]).ok() ? 0 : 1;
}
