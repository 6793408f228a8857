#include "actors/host/program/replay_arguments.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth;
using storage::errc;

namespace {

storage::result<replay_options> parse(std::vector<const char*> flags) {
  flags.insert(flags.begin(), {"hearth", "replay"});
  return parse_replay_arguments(static_cast<int>(flags.size()), flags.data());
}

std::string refusal(std::vector<const char*> flags) {
  const auto options = parse(std::move(flags));
  REQUIRE(options.code() == errc::invalid_argument);
  CHECK(options.error().context.find('\n') == std::string::npos);
  return options.error().context;
}

bool refused_naming(std::vector<const char*> flags, const std::string& what) {
  const auto text = refusal(std::move(flags));
  INFO(text);
  CHECK(text.find(what) != std::string::npos);
  return text.find(what) != std::string::npos;
}

constexpr std::uint64_t mib = 1ull << 20;

} // namespace

TEST_CASE("Without flags a replay is a chat through 64 MiB of memory and 2 GiB of disk") {
  const auto options = parse({});
  REQUIRE(options.ok());
  CHECK(options->help.empty());
  CHECK(options->trace.empty());
  CHECK(options->seed == 1);
  CHECK_FALSE(options->requests);
  CHECK(options->directory.empty());
  CHECK(options->hot_bytes == 64 * mib);
  CHECK(options->cold_bytes == 2048 * mib);
  CHECK(options->block_bytes == 65'536);
  CHECK(options->writer_queue_blocks == 256);
  CHECK(options->writer_queue_bytes == 0);
  CHECK(options->policy == write_policy::back);
  CHECK(options->drain_mib_per_second == 0);
  CHECK_FALSE(options->verify);
  CHECK_FALSE(options->json);
}

TEST_CASE("Every flag reaches its option") {
  const auto options = parse({"--workload", "chat",
                              "--seed",     "18446744073709551615",
                              "--requests", "7",
                              "--dir",      "d",
                              "--hot",      "1GiB",
                              "--cold=5GB", "--block-bytes",
                              "1MiB",       "--writer-queue-blocks",
                              "9",          "--writer-queue-bytes",
                              "8MiB",       "--write-policy",
                              "through",    "--drain-mib-per-s",
                              "50",         "--verify",
                              "--json"});
  REQUIRE(options.ok());
  CHECK(options->seed == 18'446'744'073'709'551'615u);
  CHECK(options->requests == 7);
  CHECK(options->directory == "d");
  CHECK(options->hot_bytes == 1024 * mib);
  CHECK(options->cold_bytes == 5'000'000'000);
  CHECK(options->block_bytes == mib);
  CHECK(options->writer_queue_blocks == 9);
  CHECK(options->writer_queue_bytes == 8 * mib);
  CHECK(options->policy == write_policy::through);
  CHECK(options->drain_mib_per_second == 50);
  CHECK(options->verify);
  CHECK(options->json);
  CHECK(parse({"--trace", "t.jsonl"})->trace == "t.jsonl");
}

TEST_CASE("A number or size that makes no sense is refused by its flag, with what was found and expected") {
  const std::string more = " (see hearth replay --help)";
  CHECK(refusal({"--hot", "many"}) ==
        "--hot: expected a size such as 64MiB (units B to TiB, KB to GB), 0..1125899906842624, found many" + more);
  CHECK(refusal({"--hot", ""}) ==
        "--hot: expected a size such as 64MiB (units B to TiB, KB to GB), 0..1125899906842624, found nothing" + more);
  CHECK(refusal({"--requests", "0"}) == "--requests: expected an integer 1..1000000000, found 0" + more);
  CHECK(refusal({"--writer-queue-blocks", "65537"}) ==
        "--writer-queue-blocks: expected an integer 1..65536, found 65537" + more);
  CHECK(refusal({"--block-bytes", "0"}) ==
        "--block-bytes: expected a size such as 64MiB (units B to TiB, KB to GB), 1..4294967296, found 0" + more);
  CHECK(refused_naming({"--block-bytes", "4097MiB"}, "--block-bytes: expected"));
  CHECK(refused_naming({"--cold", "16777216TiB"}, "--cold: expected"));
  CHECK(refused_naming({"--cold", "1.5GiB"}, "--cold: expected"));
  CHECK(refused_naming({"--seed", "18446744073709551616"}, "--seed: expected"));
  CHECK(refused_naming({"--seed=-1"}, "--seed: expected"));
  CHECK(refused_naming({"--drain-mib-per-s", "fast"}, "--drain-mib-per-s: expected"));
  CHECK(refused_naming({"--writer-queue-bytes", "0"}, "--writer-queue-bytes: expected"));
}

TEST_CASE("A flag that is unknown, incomplete, repeated or contradicts another is refused by name") {
  CHECK(refused_naming({"--hott", "1"}, "--hott"));
  CHECK(refused_naming({"extra"}, "extra"));
  CHECK(refused_naming({"--hot"}, "--hot"));
  CHECK(refused_naming({"--dir", ""}, "--dir"));
  CHECK(refused_naming({"--trace="}, "--trace"));
  CHECK(refused_naming({"--hot", "1MiB", "--hot", "2MiB"}, "--hot"));
  CHECK(refused_naming({"--workload", "batch"}, "--workload"));
  CHECK(refused_naming({"--write-policy", "around"}, "--write-policy: found around, expected one of back, through"));
  CHECK(refused_naming({"--eviction", "mru"}, "--eviction: found mru, expected one of lru, s3-fifo"));
  CHECK(refused_naming({"--reclaim", ""}, "--reclaim: found nothing, expected one of fifo, least_useful"));
  CHECK(refused_naming({"--trace", "t", "--workload", "chat"}, "--workload"));
}

TEST_CASE("A block that no tier or queue could take is refused before anything is opened") {
  CHECK(refusal({"--block-bytes", "128MiB"}) ==
        "--block-bytes: a block of 128 MiB needs --hot 134217728 at least, found 67108864");
  CHECK(refusal({"--block-bytes", "2MiB", "--cold", "1MiB"}) ==
        "--block-bytes: a block of 2 MiB needs --cold 2154496 at least, found 1048576");
  CHECK(refusal({"--block-bytes", "2MiB", "--writer-queue-bytes", "1MiB"}) ==
        "--block-bytes: a block of 2 MiB needs --writer-queue-bytes 2097152 at least, found 1048576");
  CHECK(refused_naming({"--block-bytes", "2MiB", "--cold", "2109439"}, "--cold")); // header and own files
  CHECK(parse({"--block-bytes", "2MiB", "--cold", "2154496"}).ok());
  CHECK(refused_naming({"--cold", "1"}, "--cold"));
  CHECK(refusal({"--hot", "0", "--cold", "0"}) ==
        "--hot and --cold: found 0 for both, expected more than 0 for one of them");
  CHECK(parse({"--hot", "0", "--block-bytes", "128MiB"}).ok());
}

TEST_CASE("The range that a flag names is the one that the cache takes") {
  const auto valid = [](std::vector<const char*> flags) {
    const auto options = parse(std::move(flags));
    return options.ok() && to_cache_options(*options, "d").validate().ok();
  };
  CHECK(valid({"--hot", "1024TiB"}));
  CHECK(valid({"--cold", "1024TiB"}));
  CHECK(valid({"--writer-queue-bytes", "1099511627775"}));
  CHECK(valid({"--block-bytes", "4GiB", "--hot", "8GiB", "--cold", "64GiB"}));
  CHECK(valid({"--drain-mib-per-s", "1000000", "--writer-queue-blocks", "65536"}));
  CHECK(refused_naming({"--hot", "1125899906842625"}, "--hot: expected"));
  CHECK(refused_naming({"--cold", "1125899906842625"}, "--cold: expected"));
  CHECK(refused_naming({"--writer-queue-bytes", "1TiB"}, "--writer-queue-bytes: expected"));
}

TEST_CASE("A program without a command, or with another one, is refused; asked for help it gives it") {
  const char* const nothing[] = {"hearth"};
  CHECK(parse_replay_arguments(1, nothing).error().context ==
        "command: expected replay, serve, stats, top, size, verify, policies or bench, found nothing (see hearth "
        "--help)");
  const char* const other[] = {"hearth", "cook"};
  CHECK(parse_replay_arguments(2, other).error().context ==
        "command: expected replay, serve, stats, top, size, verify, policies or bench, found cook (see hearth --help)");
  const auto help = parse({"--help"});
  REQUIRE(help.ok());
  CHECK(help->help.find("--writer-queue-blocks") != std::string::npos);
  const char* const general[] = {"hearth", "--help"};
  CHECK(parse_replay_arguments(2, general)->help.find("replay") != std::string::npos);
}

TEST_CASE("The cache gets the limits that were asked for, and room for one block where none was") {
  const auto asked = parse({"--cold", "1GiB", "--drain-mib-per-s", "3", "--write-policy", "through"});
  const auto made = to_cache_options(*asked, "d");
  CHECK(made.directory == "d");
  CHECK(made.hot_bytes_max == 64 * mib);
  CHECK(made.cold_bytes_max == 1024 * mib);
  CHECK(made.advanced.drain_bytes_per_second == 3 * mib);
  CHECK(made.policy == write_policy::through);
  CHECK(made.writer_queue_bytes == 0);
  CHECK(made.lease_bytes_max == 0);

  CHECK(to_cache_options(*parse({"--cold", "0"}), "d").directory.empty());
  const auto large = to_cache_options(*parse({"--hot", "512MiB", "--block-bytes", "300MiB"}), "d");
  CHECK(large.block_bytes_max == 300 * mib);
  CHECK(large.lease_bytes_max == 300 * mib);
}

TEST_CASE("A directory that is not there, or is none, is refused by its name and not made") {
  CHECK(check_directory("no/such/directory").code() == errc::not_found);
  CHECK(check_directory("no/such/directory").error().context.find("no/such/directory") != std::string::npos);
  CHECK(check_directory("no/such/directory").code() == errc::not_found);
  CHECK(check_directory("/dev/null").code() == errc::invalid_argument);
  CHECK(check_directory(".").ok());
}
