#include "actors/host/program/size_command.hpp"

#include "actors/host/cache_options.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth;

namespace {

storage::result<size_options> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"hearth", "size"});
  return parse_size_arguments(static_cast<int>(arguments.size()), arguments.data());
}

/// Llama 3.1 8B, from its config.json.
size_options llama() { return parse({"--layers", "32", "--kv-heads", "8", "--head-dim", "128"}).value(); }

} // namespace

TEST_CASE("The size of a block is that of its keys and values in every layer") {
  const auto found = sizes_for(llama()).value();
  CHECK(found.token_bytes == 128u << 10);
  CHECK(found.block_bytes == 2u << 20);
  CHECK(found.conversation_blocks == 512);
  CHECK(found.conversation_bytes == 1u << 30);
  CHECK(found.hot_bytes_max == 100ull << 30);
  CHECK(found.cold_bytes_max == (10'000ull << 30) / 10 * 11);
  CHECK(found.writer_queue_blocks == 12'800);
  CHECK(found.lease_bytes_max == 1u << 30);
}

TEST_CASE("A type of half the size halves a block, and a part of a block is not counted") {
  auto options = llama();
  options.dtype_bytes = parse({"--layers", "1", "--kv-heads", "1", "--head-dim", "1", "--dtype", "fp8"})->dtype_bytes;
  options.tokens = 31;
  const auto found = sizes_for(options).value();
  CHECK(found.block_bytes == 1u << 20);
  CHECK(found.conversation_blocks == 1);
}

TEST_CASE("The limits that it proposes are ones that a cache takes") {
  for (const std::uint64_t conversations : {1ull, 100ull, 10'000ull})
    for (const std::uint64_t tokens : {1ull, 16ull, 100'000ull}) {
      auto options = llama();
      options.conversations = conversations;
      options.tokens = tokens;
      options.kept = 1'000;
      const auto found = sizes_for(options).value();
      cache_options limits;
      limits.hot_bytes_max = found.hot_bytes_max;
      limits.cold_bytes_max = found.cold_bytes_max;
      limits.writer_queue_blocks = static_cast<std::uint32_t>(found.writer_queue_blocks);
      limits.writer_queue_bytes = found.writer_queue_bytes;
      limits.lease_bytes_max = found.lease_bytes_max;
      limits.block_bytes_max = found.block_bytes;
      INFO(conversations << " conversations of " << tokens << " tokens");
      const auto valid = limits.validate();
      INFO((valid ? "" : valid.error().context));
      CHECK(valid.ok());
    }
}

TEST_CASE("Sizes that no cache can have are refused, with the flag to change") {
  auto options = llama();
  options.block_tokens = 1'000'000;
  CHECK(sizes_for(options).error().context.find("--block-tokens") != std::string::npos);
  options = llama();
  options.conversations = 1'000'000'000;
  CHECK(sizes_for(options).error().context.find("--conversations") != std::string::npos);
  options = llama();
  options.kept = 1'000'000'000;
  CHECK(sizes_for(options).error().context.find("--kept") != std::string::npos);
}

TEST_CASE("The report is a table, or JSON, and a model is needed") {
  const auto table = run_size(llama());
  CHECK(table.status == 0);
  CHECK(table.output.find("a block         ") != std::string::npos);
  CHECK(table.output.find("hot_bytes_max") != std::string::npos);
  auto options = llama();
  options.json = true;
  CHECK(run_size(options).output.find("\"block_bytes\": 2097152") != std::string::npos);
  CHECK_FALSE(parse({"--layers", "32"}).ok());
  CHECK_FALSE(parse({"--layers", "0", "--kv-heads", "8", "--head-dim", "128"}).ok());
  CHECK_FALSE(parse({"--layers", "32", "--kv-heads", "8", "--head-dim", "128", "--dtype", "fp7"}).ok());
  CHECK(parse({"--help"})->help.find("Llama 3.1 8B") != std::string::npos);
}
