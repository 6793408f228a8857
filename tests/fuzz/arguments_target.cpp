#include "actors/host/cache_options.hpp"
#include "actors/host/program/replay_arguments.hpp"
#include "actors/host/program/verify_arguments.hpp"
#include "stats/units.hpp"
#include "storage/format/format_file.hpp"
#include "storage/format/whole_file.hpp"
#include "storage/segments/segments_recovery.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

// Input: one byte that selects a parser, then its text.
namespace hearth::fuzz {

namespace {

enum reader : std::uint8_t { sizes, replay_line, verify_line, settings, format_file, file_names, readers };

void check_sizes(const std::string& text) {
  if (const auto number = stats::parse_integer(text))
    demand(stats::parse_integer(std::to_string(*number)) == number && stats::parse_bytes(text) == number,
           "a number is a number of bytes");
  const auto parsed = stats::parse_bytes(text);
  if (!parsed)
    return;
  const auto told = stats::format_bytes(*parsed);
  demand(!told.empty(), "a size can be told");
  if (const auto again = stats::parse_bytes(told)) // fails for a fraction; the rounding error is below a twentieth
    demand(std::max(*again, *parsed) - std::min(*again, *parsed) <= *parsed / 20, "a size is told as it is", told);
}

/// Arguments of a program, one per line.
std::vector<std::string> command_line(const char* command, const std::string& text) {
  std::vector<std::string> arguments{"hearth", command};
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    arguments.push_back(text.substr(at, end - at).c_str()); // ends at a zero byte, as a real argument does
    at = end + 1;
  }
  return arguments;
}

std::vector<const char*> pointers(const std::vector<std::string>& arguments) {
  std::vector<const char*> all;
  for (const auto& argument : arguments)
    all.push_back(argument.c_str());
  return all;
}

void check_replay_line(const std::string& text) {
  const auto arguments = command_line("replay", text);
  const auto argv = pointers(arguments);
  const auto options = parse_replay_arguments(static_cast<int>(argv.size()), argv.data());
  if (!options) {
    demand(options.code() == storage::errc::invalid_argument, "a command line is refused as an argument");
    demand(!options.error().context.empty(), "a refusal says why");
    return;
  }
  if (!options->help.empty())
    return;
  const auto valid = to_cache_options(*options, "/cache").validate();
  demand(valid.ok(), "a cache takes what the command line took", valid.ok() ? "" : valid.error().context);
}

void check_verify_line(const std::string& text) {
  const auto arguments = command_line("verify", text);
  const auto argv = pointers(arguments);
  demand(asks_to_verify(static_cast<int>(argv.size()), argv.data()), "verify is asked for");
  const auto options = parse_verify_arguments(static_cast<int>(argv.size()), argv.data());
  if (options)
    demand(!options->help.empty() || !options->directory.empty(), "a directory to verify");
  else
    demand(!options.error().context.empty(), "a refusal says why");
}

/// Numbers of every magnitude.
std::uint64_t magnitude(byte_source& source) { return source.number(2) << source.byte() % 64; }

void check_settings(byte_source source) {
  cache_options options;
  const auto some = [&](auto& field) {
    if (source.byte() % 2 == 0)
      field = static_cast<std::remove_reference_t<decltype(field)>>(magnitude(source));
  };
  for (auto* field :
       {&options.hot_bytes_max, &options.cold_bytes_max, &options.advanced.segment_bytes, &options.free_bytes_min,
        &options.sync_bytes, &options.write_bytes_per_second, &options.writer_queue_bytes,
        &options.advanced.reader_queue_bytes, &options.lease_bytes_max, &options.block_bytes_max})
    some(*field);
  for (auto* field : {&options.advanced.reappend_percent, &options.writer_queue_blocks, &options.namespaces_max,
                      &options.advanced.io_threads, &options.advanced.writes_in_flight})
    some(*field);
  for (auto* field : {&options.sync_every, &options.idle_clean, &options.request_timeout, &options.close_timeout})
    if (source.byte() % 2 == 0)
      *field = std::chrono::milliseconds{static_cast<std::int64_t>(magnitude(source))};
  const auto valid = options.validate();
  if (!valid) {
    demand(valid.code() == storage::errc::invalid_argument && !valid.error().context.empty(), "a refusal says why");
    return;
  }
  demand(options.block_bytes_max >= 1 && options.block_bytes_max <= block_bytes_limit, "blocks have a limit");
  demand(options.cold_bytes_max == 0 ||
             empty_store_bytes(options.cold_bytes_max, options.advanced.segment_bytes) < options.cold_bytes_max,
         "an empty store fits into its limit");
}

void check_format_file(byte_source source) {
  const auto text = source.rest();
  const auto disk = storage::make_memory_file_system();
  const std::string directory = "/cache";
  demand(disk->create_directory(directory).ok() && storage::replace_file(*disk, "/cache/hearth.format", text).ok(),
         "a file in memory can be written");
  static_cast<void>(storage::check_format(*disk, directory, "segments", 1));
  const auto format = storage::read_format(*disk, directory);
  if (!format)
    return;
  demand(format->has_value(), "the file is there");
  demand(storage::write_format(*disk, directory, **format).ok(), "a format that was read can be written");
  const auto written = storage::read_whole_file(*disk, "/cache/hearth.format", 1024);
  demand(written.ok() && std::ranges::equal(*written, text), "a format is the only one with its bytes");
}

void check_file_names(const std::string& text) {
  if (const auto name = storage::parse_segment_name(text); name.kind != storage::segment_file_kind::foreign)
    demand(storage::to_string(name.slot, name.kind) == text, "the name of a segment is ours to the letter");
  static_cast<void>(storage::tell_segment_entry({text, storage::entry_kind::regular, 0}));
  if (const auto key = storage::key_from_hex(text))
    demand(storage::key_from_hex(storage::to_hex(*key)) == key, "a key comes back as it was written");
}

void run_arguments(std::span<const std::byte> input) {
  byte_source source{input};
  switch (source.byte() % readers) {
  case sizes: check_sizes(source.rest_as_text()); break;
  case replay_line: check_replay_line(source.rest_as_text()); break;
  case verify_line: check_verify_line(source.rest_as_text()); break;
  case settings: check_settings(source); break;
  case format_file: check_format_file(source); break;
  default: check_file_names(source.rest_as_text()); break;
  }
}

std::vector<bytes> seeds_of_arguments() {
  std::vector<bytes> seeds;
  const auto add = [&](reader who, std::string_view text) {
    seeds.push_back(input_writer{}.number(who).text(text).finish());
  };
  for (const auto* text :
       {"0", "16KiB", "64 MiB", "18446744073709551615", "16777215TiB", "5 GB", "1B", "-1", "1.5 GiB"})
    add(sizes, text);
  add(replay_line, "--hot\n64MiB\n--cold\n1GiB\n--block-bytes\n16KiB\n--seed\n7\n--verify\n--json");
  add(replay_line, "--trace\nt.jsonl\n--write-policy=through\n--reclaim=fifo\n--requests=5");
  add(replay_line, "--writer-queue-blocks=4\n--writer-queue-bytes=1MiB\n--drain-mib-per-s=20\n--reappend-percent=50");
  add(replay_line, "--workload\nchat\n--dir\n/tmp\n--cold\n0");
  add(replay_line, "--help");
  add(verify_line, "/cache\n--repair\n--json");
  add(verify_line, "--help");
  add(format_file, "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef\n");
  add(format_file, "hearth cold tier\nengine files\nversion 1\n");
  add(format_file, "hearth cold tier\nengine files\nversion 4294967296\n");
  add(file_names, "0000abcd.segment");
  add(file_names, "0000abcd.index.writing");
  add(file_names, std::string(64, 'A'));
  for (const std::uint64_t step : {0, 1, 2})
    seeds.push_back(input_writer{}.number(settings).all(bytes(100, static_cast<std::byte>(step))).finish());
  return seeds;
}

} // namespace

const target arguments{"arguments", run_arguments, seeds_of_arguments, 10'000};

} // namespace hearth::fuzz
