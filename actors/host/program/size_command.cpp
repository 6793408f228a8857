#include "actors/host/program/size_command.hpp"

#include "actors/host/cache_options.hpp"
#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

/// The product, or nothing if it is larger than `most`.
std::optional<std::uint64_t> product_up_to(std::uint64_t most, std::initializer_list<std::uint64_t> factors) {
  std::uint64_t made = 1;
  for (const auto factor : factors) {
    if (factor != 0 && made > most / factor)
      return std::nullopt;
    made *= factor;
  }
  return made;
}

failure too_much(const char* what, std::uint64_t most, const char* flags) {
  return {errc::invalid_argument, std::string{what} + ": found more than " + stats::format_bytes(most) +
                                      ", which is the most that a cache can have: lower " + flags};
}

} // namespace

result<sizes> sizes_for(const size_options& options) {
  constexpr std::uint64_t queue_blocks_least = 16, queue_blocks_most = 65'536, lease_least = 64ull << 20;
  sizes made;
  const auto token =
      product_up_to(block_bytes_limit, {2, options.layers, options.kv_heads, options.head_dim, options.dtype_bytes});
  const auto block = token ? product_up_to(block_bytes_limit, {*token, options.block_tokens}) : std::nullopt;
  if (!block)
    return too_much("a block", block_bytes_limit, "--block-tokens");
  made.token_bytes = *token;
  made.block_bytes = *block;
  made.conversation_blocks = options.tokens / options.block_tokens;
  const auto conversation = product_up_to(tier_bytes_limit, {made.block_bytes, made.conversation_blocks});
  const auto hot =
      conversation ? product_up_to(tier_bytes_limit, {*conversation, options.conversations}) : std::nullopt;
  const auto cold =
      conversation ? product_up_to(tier_bytes_limit / 11 * 10, {*conversation, options.kept}) : std::nullopt;
  if (!hot)
    return too_much("the hot tier", tier_bytes_limit, "--tokens or --conversations");
  if (!cold)
    return too_much("the cold tier", tier_bytes_limit, "--tokens or --kept");
  made.conversation_bytes = *conversation;
  made.hot_bytes_max = std::max(*hot, made.block_bytes);
  made.cold_bytes_max = *cold + *cold / 10;
  made.writer_queue_blocks =
      std::clamp(made.hot_bytes_max / 4 / made.block_bytes, queue_blocks_least, queue_blocks_most);
  made.writer_queue_bytes = made.writer_queue_blocks * made.block_bytes;
  made.lease_bytes_max = std::max(made.conversation_bytes, lease_least);
  return made;
}

command_outcome run_size(const size_options& options) {
  const auto found = sizes_for(options);
  if (!found)
    return {bad_input, {}, found.error().context};
  if (options.json) {
    stats::json_writer json;
    json.integer("version", 1);
    json.integer("token_bytes", found->token_bytes);
    json.integer("block_bytes", found->block_bytes);
    json.integer("conversation_blocks", found->conversation_blocks);
    json.integer("conversation_bytes", found->conversation_bytes);
    json.integer("hot_bytes_max", found->hot_bytes_max);
    json.integer("cold_bytes_max", found->cold_bytes_max);
    json.integer("writer_queue_blocks", found->writer_queue_blocks);
    json.integer("writer_queue_bytes", found->writer_queue_bytes);
    json.integer("lease_bytes_max", found->lease_bytes_max);
    return {0, json.finish() + '\n', {}};
  }
  stats::columns table;
  const auto bytes = [&](const std::string& name, std::uint64_t value, const std::string& about) {
    table.row({name, std::to_string(value), stats::format_bytes(value), about});
  };
  table.row({"model", "bytes", "size", ""});
  bytes("a token", found->token_bytes, "");
  bytes("a block", found->block_bytes, std::to_string(options.block_tokens) + " tokens");
  bytes("a conversation", found->conversation_bytes, std::to_string(found->conversation_blocks) + " full blocks");
  auto text = table.text();
  stats::columns limits;
  const auto limit = [&](const std::string& name, const std::string& value, const std::string& size) {
    limits.row({name, value, size});
  };
  limit("setting", "value", "size");
  limit("hot_bytes_max", std::to_string(found->hot_bytes_max), stats::format_bytes(found->hot_bytes_max));
  limit("cold_bytes_max", std::to_string(found->cold_bytes_max), stats::format_bytes(found->cold_bytes_max));
  limit("writer_queue_blocks", std::to_string(found->writer_queue_blocks), "");
  limit("writer_queue_bytes", std::to_string(found->writer_queue_bytes),
        stats::format_bytes(found->writer_queue_bytes));
  limit("lease_bytes_max", std::to_string(found->lease_bytes_max), stats::format_bytes(found->lease_bytes_max));
  limit("block_bytes_max", std::to_string(found->block_bytes), stats::format_bytes(found->block_bytes));
  text += "\nfor " + std::to_string(options.conversations) + " active conversations in memory and " +
          std::to_string(options.kept) + " kept on SSD:\n\n" + limits.text();
  return {0, std::move(text), {}};
}

} // namespace hearth
