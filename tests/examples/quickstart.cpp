#include "actors/host/cache.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>

int main(int, char** argv) {
  const std::string directory = std::string{argv[0]} + ".cache";
  std::filesystem::create_directory(directory);
  hearth::cache_options options;
  options.directory = directory;
  options.hot_bytes_max = 64 << 20;
  options.cold_bytes_max = 256 << 20;
  auto opened = hearth::cache::open(options);
  if (!opened)
    return std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str()), 1;
  hearth::cache cache = std::move(*opened);

  const std::array<std::uint32_t, 4> tokens{101, 7592, 2088, 102};
  const auto key = hearth::storage::derive_key("my-model", std::nullopt, tokens);
  if (const auto found = cache.get_prefix(std::array{key}); found && found->blocks.empty())
    (void)cache.put(key, 1 << 20, [] { // called only if there is room
      auto block = hearth::mutable_buffer::allocate(1 << 20).value();
      std::memset(block.bytes().data(), 42, block.bytes().size());
      return hearth::result<hearth::buffer>{std::move(block).publish()};
    });

  const auto report = cache.flush();
  const auto counters = cache.stats().value().whole.counters;
  std::printf("left unwritten %llu, write drops %llu\n", report.ok() ? (unsigned long long)report->left.blocks : 1ull,
              (unsigned long long)counters.ledger.ssd_write_drops());
  return cache.get(key).ok() ? 0 : 1;
}
