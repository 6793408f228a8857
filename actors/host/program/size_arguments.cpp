#include "actors/host/program/size_arguments.hpp"

#include "actors/host/program/number_options.hpp"
#include "actors/host/program/refused_arguments.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <string_view>

namespace hearth {

bool asks_for_size(int argc, const char* const* argv) noexcept {
  return argc > 1 && std::string_view{argv[1]} == "size";
}

CLI::App* describe_size(CLI::App& program) {
  return program.add_subcommand("size", "Computes the size of a block of a model, and the limits of a cache for it");
}

storage::result<size_options> parse_size_arguments(int argc, const char* const* argv) {
  static const std::map<std::string, std::uint64_t> types{
      {"fp8", 1}, {"int8", 1}, {"fp16", 2}, {"bf16", 2}, {"fp32", 4}};
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  auto* size = describe_size(app);
  size_options options;
  std::string type = "bf16";
  const auto number = [&](const char* flag, std::uint64_t& into, std::uint64_t most, const std::string& help) {
    return size->add_option(flag, into, help)->type_name("N")->transform(integer_between(1, most));
  };
  number("--layers", options.layers, 10'000, "layers with attention (num_hidden_layers)")->required();
  number("--kv-heads", options.kv_heads, 10'000, "key-value heads of a layer (num_key_value_heads)")->required();
  number("--head-dim", options.head_dim, 100'000, "numbers of a head (head_dim)")->required();
  size->add_option("--dtype", type, "type of a number in the KV cache: fp8, int8, fp16, bf16 or fp32 [bf16]")
      ->type_name("NAME")
      ->check(CLI::IsMember({"fp8", "int8", "fp16", "bf16", "fp32"}));
  number("--block-tokens", options.block_tokens, 1'000'000, "tokens of a block, as the engine has them [16]");
  number("--tokens", options.tokens, 100'000'000, "tokens of one conversation [8192]");
  number("--conversations", options.conversations, 1'000'000'000, "conversations active at the same time [100]");
  number("--kept", options.kept, 1'000'000'000, "conversations that the SSD keeps [10000]");
  size->add_flag("--json", options.json, "print the numbers as one JSON object");
  size->footer("Example, Llama 3.1 8B: hearth size --layers 32 --kv-heads 8 --head-dim 128 --dtype bf16 --tokens 8192");
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::Error& refused) {
    return refused_arguments(refused.what(), "size");
  }
  options.dtype_bytes = types.at(type);
  return options;
}

} // namespace hearth
