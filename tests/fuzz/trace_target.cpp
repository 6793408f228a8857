#include "actors/host/program/trace.hpp"
#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/target.hpp"

#include <limits>
#include <sstream>

// Input: the longest line, the most references, then the text.
namespace hearth::fuzz {

namespace {

std::string text_of(const std::vector<request>& requests) {
  std::string text;
  for (const auto& one : requests) {
    text += "{\"hash_ids\": [";
    for (std::size_t i = 0; i < one.block_ids.size(); ++i)
      text += (i == 0 ? "" : ", ") + std::to_string(one.block_ids[i]);
    text += "]}\n";
  }
  return text;
}

std::size_t references_in(const std::vector<request>& requests) {
  std::size_t references = 0;
  for (const auto& one : requests) {
    for (const auto id : one.block_ids)
      demand(id <= std::numeric_limits<std::int64_t>::max(), "an id is no larger than allowed", std::to_string(id));
    references += one.block_ids.size();
  }
  return references;
}

void run_trace(std::span<const std::byte> input) {
  byte_source source{input};
  const auto line_bytes_max = source.number(2);
  const trace_limits limits{line_bytes_max, source.number(2)};
  const auto text = source.rest_as_text();
  std::istringstream stream{text};
  const auto read = read_trace(stream, "t.jsonl", limits);
  if (!read) {
    demand(read.error().context.starts_with("t.jsonl"), "a refusal names the file", read.error().context);
    return;
  }
  demand(!read->empty(), "a trace has a request");
  demand(read->size() <= text.size(), "no request comes from nothing");
  demand(references_in(*read) <= limits.references_max, "no more references than allowed");
  std::istringstream again{text_of(*read)};
  const auto back = read_trace(again, "again");
  demand(back.ok() && *back == *read, "a trace comes back as it was written");
}

std::vector<bytes> seeds_of_trace() {
  std::vector<bytes> seeds;
  for (const auto* text :
       {"{\"timestamp\": 0, \"input_length\": 7, \"output_length\": 5, \"hash_ids\": [0, 1, 2]}\n"
        "{\"hash_ids\": []}\n{\"hash_ids\": [9223372036854775807], \"extra\": {\"hash_ids\": 1}}\n",
        "{\"hash_ids\": [1]}\r\n\r\n", "{\"hash_ids\": [1, 2.5, -1, \"x\", 0e30]}",
        "{\"a\": \"\\ud834\\udd1e\", \"hash_ids\": [1]}\n\n{\"hash_ids\": [2]}", "{\"hash_ids\": [0.0e-40]}\n"})
    for (const std::uint64_t line_bytes_max : {20, 4096})
      seeds.push_back(input_writer{}.number(line_bytes_max, 2).number(1000, 2).text(text).finish());
  return seeds;
}

} // namespace

const target trace{"trace", run_trace, seeds_of_trace, 10'000};

} // namespace hearth::fuzz
