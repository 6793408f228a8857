#include "actors/host/program/replay_arguments.hpp"

#include "actors/host/program/number_options.hpp"
#include "actors/host/program/policies_arguments.hpp"
#include "actors/host/program/refused_arguments.hpp"
#include "actors/host/program/serve_arguments.hpp"
#include "actors/host/program/size_arguments.hpp"
#include "actors/host/program/verify_arguments.hpp"
#include "actors/host/program/watch_arguments.hpp"
#include "stats/units.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/segments/segments_store.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>
#include <string>

#include <unistd.h>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

failure refuse(const std::string& what) { return {errc::invalid_argument, what}; }

/// Accepts the names that `from_string` knows.
template <class Value>
CLI::Validator named(result<Value> (*from_string)(std::string_view)) {
  return CLI::Validator{[from_string](std::string& text) {
                          const auto known = from_string(text);
                          return known ? std::string{} : known.error().context;
                        },
                        {}};
}

} // namespace

void declare_workload_options(CLI::App& replay, replay_options& options) {
  const auto text = [&](const char* flag, std::string& into, const char* kind, const std::string& help) {
    return replay.add_option(flag, into, help)->type_name(kind);
  };
  const auto choice = [&](const char* flag, auto& into, auto from_string, const std::string& help) {
    const auto take = [&into, from_string](const std::string& name) {
      if (const auto known = from_string(name))
        into = *known;
    };
    replay.add_option_function<std::string>(flag, take, help)->type_name("NAME")->check(named(from_string));
  };
  const auto number = [&](const char* flag, auto& into, std::uint64_t least, std::uint64_t most,
                          const std::string& help) {
    replay.add_option(flag, into, help)->type_name("N")->transform(integer_between(least, most));
  };
  const auto size = [&](const char* flag, auto& into, std::uint64_t least, std::uint64_t most,
                        const std::string& help) {
    replay.add_option(flag, into, help)->type_name("SIZE")->transform(bytes_between(least, most));
  };
  auto* trace =
      text("--trace", options.trace, "FILE",
           "trace file: one request a line, each a JSON object with hash_ids; timestamps are ignored, each request "
           "follows the one before at once");
  replay.add_option("--workload", "generated requests, without --trace; chat is the only workload [chat]")
      ->type_name("NAME")
      ->excludes(trace)
      ->check(CLI::IsMember({"chat"}));
  number("--seed", options.seed, 0, std::numeric_limits<std::uint64_t>::max(), "seed of the generated requests [1]");
  text("--dir", options.directory, "DIR",
       "directory of the cold tier; must exist [a temporary directory, removed at the end]");
  size("--hot", options.hot_bytes, 0, tier_bytes_limit, "limit of the hot tier; 0: no hot tier [64MiB]");
  size("--cold", options.cold_bytes, 0, tier_bytes_limit, "limit of the cold tier; 0: no cold tier [2GiB]");
  size("--block-bytes", options.block_bytes, 1, block_bytes_limit, "size of every block [64KiB]");
  number("--writer-queue-blocks", options.writer_queue_blocks, 1, 65'536,
         "limit of the writer's queue in blocks [256]");
  size("--writer-queue-bytes", options.writer_queue_bytes, 1, queue_bytes_limit,
       "limit of the writer's queue in bytes [a quarter of --hot, at least 64MiB]");
  choice("--write-policy", options.policy, write_policy_from_string,
         "write policy: back writes a block when it leaves the hot tier, through writes it at once [back]");
  choice("--eviction", options.eviction, storage::eviction_order_from_string,
         "eviction policy of the hot tier: lru, s3-fifo, w-tinylfu or conversation [lru]");
  choice("--reclaim", options.reclaim, storage::reclaim_order_from_string,
         "reclaim policy of the cold tier: least_useful or fifo [least_useful]");
  number("--reappend-percent", options.reappend_percent, 0, 50,
         "share of a reclaimed segment that is kept, if its blocks were used since they were written [" +
             std::to_string(options.reappend_percent) + "]");
  number("--drain-mib-per-s", options.drain_mib_per_second, 0, 1'000'000,
         "simulated write speed of the disk; 0: no limit [0]");
  replay.add_flag("--verify", options.verify, "compare every byte of every block that the cache returns");
}

namespace {

std::uint64_t cold_bytes_for_a_block(const replay_options& options) {
  storage::segments_store_config config;
  config.bytes_max = options.cold_bytes;
  auto bytes = config.bytes_max;
  for (bool more = true; more; config.bytes_max = bytes) { // the store's fixed part grows slightly with the limit
    bytes = storage::segments_fixed_bytes(config) + storage::segment_charge(config, options.block_bytes);
    more = bytes > config.bytes_max;
  }
  return bytes;
}

/// Checks options that depend on each other.
result<void> check_together(const replay_options& options) {
  const auto holds = [&](const char* flag, std::uint64_t limit, std::uint64_t needed) {
    return limit == 0 || needed <= limit
               ? result<void>{}
               : refuse("--block-bytes: a block of " + stats::format_bytes(options.block_bytes) + " needs " + flag +
                        " " + std::to_string(needed) + " at least, found " + std::to_string(limit));
  };
  if (options.hot_bytes == 0 && options.cold_bytes == 0)
    return refuse("--hot and --cold: found 0 for both, expected more than 0 for one of them");
  if (auto fits = holds("--hot", options.hot_bytes, options.block_bytes); !fits)
    return fits;
  if (auto fits = holds("--cold", options.cold_bytes, cold_bytes_for_a_block(options)); !fits)
    return fits;
  return holds("--writer-queue-bytes", options.writer_queue_bytes, options.block_bytes);
}

} // namespace

result<void> check_workload_options(const CLI::App& command, const replay_options& options) {
  for (const auto* option : command.get_options())
    if (option->count() > 0 && option->get_expected_max() > 0 && option->as<std::string>().empty())
      return refuse(option->get_name() + ": expected a value, found nothing");
  return check_together(options);
}

result<replay_options> parse_replay_arguments(int argc, const char* const* argv) {
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  auto* replay =
      app.add_subcommand("replay", "Replays a workload against a cache and reports hits, writes and latencies");
  for (auto* describe :
       {describe_serve, describe_size, describe_verify, describe_policies}) // for the help; parsed elsewhere
    describe(app);
  describe_watch(app);
  app.add_subcommand("bench", "Measures hearth beside other caches and the limits of the machine: hearth bench --help");
  app.require_subcommand(1);
  replay_options options;
  declare_workload_options(*replay, options);
  replay->add_option("--requests", options.requests, "most requests to replay [the whole trace, or 2000 of chat]")
      ->type_name("N")
      ->transform(integer_between(1, 1'000'000'000));
  replay->add_flag("--json", options.json, "print the report as one JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::RequiredError&) {
    return refuse("command: expected replay, serve, stats, top, size, verify, policies or bench, found " +
                  (argc > 1 ? std::string{argv[1]} : "nothing") + " (see hearth --help)");
  } catch (const CLI::Error& refused) {
    return refused_arguments(refused.what(), "replay");
  }
  if (auto usable = check_workload_options(*replay, options); !usable)
    return usable.error();
  return options;
}

cache_options to_cache_options(const replay_options& options, const std::string& directory) {
  constexpr std::uint64_t lease_least = 64ull << 20;
  cache_options made;
  made.directory = options.has_cold_tier() ? directory : std::string{};
  made.eviction = options.eviction;
  made.reclaim = options.reclaim;
  made.advanced.reappend_percent = options.reappend_percent;
  made.policy = options.policy;
  made.hot_bytes_max = options.hot_bytes;
  made.cold_bytes_max = options.cold_bytes;
  made.writer_queue_blocks = options.writer_queue_blocks;
  made.writer_queue_bytes = options.writer_queue_bytes;
  made.advanced.drain_bytes_per_second = options.drain_mib_per_second << 20;
  made.block_bytes_max = options.block_bytes; // derived limits of mailboxes admit one block of this size
  if (options.block_bytes > std::max(lease_least, options.hot_bytes / 2))
    made.lease_bytes_max = options.block_bytes;
  return made;
}

result<void> check_directory(const std::string& directory) {
  std::error_code unknown;
  const auto status = std::filesystem::status(directory, unknown);
  if (status.type() == std::filesystem::file_type::not_found)
    return failure{errc::not_found, "--dir: " + directory + " does not exist: create it first"};
  if (!std::filesystem::is_directory(status))
    return failure{errc::invalid_argument, "--dir: " + directory + " is not a directory"};
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
    return failure{errc::io, "--dir: this user has no permission to write to " + directory};
  return {};
}

} // namespace hearth
