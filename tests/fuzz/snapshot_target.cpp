#include "stats/tally.hpp"
#include "stats/totals.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/target.hpp"

// The input is the text.
namespace hearth::fuzz {

namespace {

using namespace hearth::stats;

void run_snapshot(std::span<const std::byte> input) {
  const std::string_view text{reinterpret_cast<const char*>(input.data()), input.size()};
  std::string error;
  const auto read = snapshot_from_json(text, error);
  demand(read.has_value() == error.empty(), "a snapshot, or what is wrong");
  if (!read)
    return;
  const auto written = to_json(*read);
  const auto again = snapshot_from_json(written, error);
  demand(again.has_value(), "a snapshot that was read can be written and read again", error);
  demand(*again == *read, "a snapshot comes back as it was written");
  demand(to_json(*again) == written, "the same snapshot is the same text");
}

std::string text_of(std::size_t namespaces) {
  std::vector<tally_entry> totals(namespaces);
  for (auto& [count, level] : totals) {
    count.ledger.offer(4096);
    count.ledger.persist(4096);
    count.ledger.offer(100);
    count.saves = ~std::uint64_t{0} >> 4;
    count.hot_cache_hits = 3;
    level.hot = {1, 4096};
  }
  std::vector<std::string> names{"default", "llama-3.1-8b/bf16", "quant {int4}"};
  names.resize(namespaces);
  return to_json(make_snapshot(totals, {}, names, {}));
}

std::vector<bytes> seeds_of_snapshot() {
  std::vector<bytes> seeds;
  for (std::size_t namespaces = 0; namespaces <= 3; ++namespaces)
    seeds.push_back(input_writer{}.text(text_of(namespaces)).finish());
  for (const auto* text : {R"({"version": 0e30})", R"({"version": 0.0e-40})", R"({"version": 1.7976931348623157e308})",
                           R"({"version": 18446744073709551616, "namespace": "\ud834\udd1e\u0000"})",
                           R"({"version": -9223372036854775808})", R"({"version": 123456789012345678901234567890e-5})",
                           R"([[[[[[[[{"a": [{}, null, true, false]}]]]]]]]])"})
    seeds.push_back(input_writer{}.text(text).finish());
  return seeds;
}

} // namespace

const target snapshot{"snapshot", run_snapshot, seeds_of_snapshot, 30'000};

} // namespace hearth::fuzz
