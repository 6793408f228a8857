#include "actors/host/program/verify_command.hpp"

#include "actors/host/program/verify_text.hpp"
#include "storage/segments/segments_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/io_worlds.hpp"
#include "tests/support/keys.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text_files.hpp"

// RapidJSON is included only through cereal, as in stats/json_reader.cpp.
#include <cereal/archives/json.hpp>
#if __has_include(<cereal/external/rapidjson/error/en.h>)
namespace rapid = CEREAL_RAPIDJSON_NAMESPACE;
#else
namespace rapid = RAPIDJSON_NAMESPACE;
#endif

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Creates and closes a cold tier of three blocks in one segment on a real disk.
struct cold_tier {
  cold_tier() {
    threads_io_world io;
    storage::segments_store_config config;
    config.directory = directory.path();
    config.bytes_max = 4 << 20;
    config.files = files;
    config.io = io.engine();
    config.namespaces = std::make_shared<storage::namespace_table>(4);
    config.clock = [] { return std::int64_t{1000}; };
    REQUIRE(config.namespaces->claim("a"));
    auto opened = storage::open_segments_store(config);
    REQUIRE(opened);
    for (unsigned i = 1; i <= 3; ++i) {
      std::vector<storage::append_item> batch;
      batch.push_back({{key(i), 0, std::nullopt, payload(i, 5000)}, [](storage::result<void>) {}});
      opened->store->append(std::move(batch));
    }
    io.settle();
    opened->store->sync([](storage::result<void>) {});
    io.settle();
    opened->store.reset();
    io.settle();
  }

  void damage() {
    auto opened = files->open(directory.path() + "/segments/00000000.segment", storage::open_mode::read_write);
    REQUIRE(opened);
    REQUIRE(write_text(**opened, 4096 + 100, "damage"));
  }

  [[nodiscard]] command_outcome verify(bool repair = false, bool json = false) const {
    return run_verify({{}, directory.path(), repair, json});
  }

  std::shared_ptr<storage::file_system> files = storage::make_posix_file_system();
  temporary_directory directory;
};

rapid::Document parsed(const std::string& text) {
  rapid::Document json;
  json.Parse(text.c_str());
  REQUIRE_FALSE(json.HasParseError());
  return json;
}

} // namespace

TEST_CASE("A whole tier ends with status 0 and a table") {
  const cold_tier tier;
  const auto outcome = tier.verify();
  INFO(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
  CHECK(outcome.output.find(tier.directory.path() + ": engine segments, version 1, store ") == 0);
  CHECK(outcome.output.find("\n00000000 ") != std::string::npos);
  CHECK(outcome.output.find("\na               3  14.6 KiB        0\n") != std::string::npos);
}

TEST_CASE("Damage ends with status 1 and is told, also when it was repaired; the next time all is well") {
  cold_tier tier;
  tier.damage();
  const auto found = tier.verify();
  CHECK(found.status == 1);
  CHECK(found.error == "1 damaged: run again with --repair to remove them");
  CHECK(found.output.find("segments/00000000.segment, offset 0: payload, block ") != std::string::npos);
  CHECK(found.output.find("\n  expected checksum ") != std::string::npos);
  const auto repaired = tier.verify(true);
  CHECK(repaired.status == 1);
  CHECK(repaired.error == "1 damaged, all repaired");
  CHECK(repaired.output.find("kept as damaged/00000000-0.bin; taken out of the index\n") != std::string::npos);
  CHECK(tier.verify().status == 0);
}

TEST_CASE("The report as JSON has every member that VERIFY.md names") {
  cold_tier tier;
  tier.damage();
  const auto json = parsed(tier.verify(false, true).output);
  CHECK(json["version"].GetUint64() == 1);
  CHECK(json["engine"].GetString() == std::string{"segments"});
  CHECK(json["store"].GetStringLength() == 16);
  CHECK_FALSE(json["well"].GetBool());
  CHECK(json["blocks"].GetUint64() == 3);
  CHECK(json["damaged"].GetUint64() == 1);
  CHECK(json["findings_damaged"].GetUint64() == 1);
  CHECK(json["findings_repaired"].GetUint64() == 0);
  CHECK(json["recency"]["state"].GetString() == std::string{"whole"});
  CHECK(json["namespaces"]["a"]["payload_bytes"].GetUint64() == 15'000);
  REQUIRE(json["segments"].Size() == 1);
  CHECK(json["segments"][0]["listed"].GetUint64() == 3);
  CHECK_FALSE(json["segments"][0]["sealed"].GetBool());
  REQUIRE(json["findings"].Size() == 1);
  CHECK(json["findings"][0]["kind"].GetString() == std::string{"payload"});
  CHECK(json["findings"][0]["key"].GetString() == storage::to_hex(key(1)));
  CHECK(json["bytes_read"].GetUint64() > 15'000);
  for (const char* name : {"directory", "format_version", "payload_bytes", "records_salvaged", "repair_failure",
                           "replaced", "foreign", "unfinished", "seconds", "mib_per_second"})
    CHECK(json.HasMember(name));
}

TEST_CASE("The JSON of a tier without a segment has empty lists") {
  const auto json = parsed(to_json(verified_store{}));
  CHECK(json["well"].GetBool());
  CHECK(json["segments"].Empty());
  CHECK(json["findings"].Empty());
  CHECK(json["namespaces"].ObjectEmpty());
}

TEST_CASE("A directory that cannot be verified ends with status 2 and the reason") {
  const temporary_directory nothing;
  const auto none = run_verify({{}, nothing.path(), false, false});
  CHECK(none.status == 2);
  CHECK(none.error.find(nothing.path() + ": holds no cold tier") != std::string::npos);
  CHECK(none.output.empty());
  CHECK(run_verify({{}, nothing.path() + "/missing", false, false}).status == 2);

  const cold_tier tier;
  const auto held = tier.files->lock(tier.directory.path() + "/hearth.lock");
  const auto busy = tier.verify();
  CHECK(busy.status == 2);
  CHECK(busy.error.find("held by process ") != std::string::npos);
}

TEST_CASE("A table of many segments shows the damaged ones and counts the rest, and names cannot move the cursor") {
  verified_store many;
  many.report.engine = "segments";
  for (unsigned i = 0; i < 100; ++i)
    many.report.parts.push_back({std::to_string(i), storage::index_state::sealed, i + 1, 0, 1, 0, 1, 1, 0, 0});
  many.report.parts[99].damaged = 1;
  for (unsigned i = 0; i < 60; ++i)
    many.report.findings.push_back({storage::finding_kind::foreign, "segments/\x1b[2J", 0, 0, {}, {}, "x", "y", {}});
  const auto text = to_table(many);
  CHECK(text.find("\n35 more\n") != std::string::npos);
  CHECK(text.find("\n99 ") != std::string::npos);
  CHECK(text.find("\n10 more, see --json\n") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}
