#include "actors/host/program/policies_command.hpp"

#include "actors/host/program/chat_workload.hpp"
#include "actors/host/program/policy_trial.hpp"
#include "actors/host/program/replay_arguments.hpp"
#include "actors/host/program/trace.hpp"
#include "stats/columns.hpp"
#include "stats/json_writer.hpp"

#include <algorithm>

namespace hearth {

using storage::result;

namespace {

/// Scores at one capacity, by the name of the policy.
struct trial {
  std::size_t capacity = 0;
  std::vector<std::pair<std::string, policy_score>> scores;
};

result<std::vector<request>> load(const policies_options& options) {
  const auto wanted = options.requests.value_or(chat_requests_default);
  if (!options.trace.empty()) {
    auto trace = read_trace(options.trace);
    if (trace && options.requests && trace->size() > wanted)
      trace->resize(wanted);
    return trace;
  }
  return chat_requests(options.seed, wanted);
}

/// Shares of the trace's blocks at which the policy matters: a tier that holds nearly all blocks needs no policy.
std::vector<std::size_t> shares_of(std::size_t blocks) {
  std::vector<std::size_t> capacities;
  for (const std::size_t per_cent : {1, 2, 5, 10, 20})
    capacities.push_back(std::max<std::size_t>(blocks * per_cent / 100, 1));
  return capacities;
}

/// A capacity above `blocks` (all blocks of the trace) is cut to `blocks`.
trial try_all(const std::vector<request>& trace, std::size_t capacity, std::size_t blocks) {
  trial done{capacity, {}};
  const auto room = std::min(capacity, std::max<std::size_t>(blocks, 1));
  for (const auto& each : all_policies()) {
    storage::keyed_policy policy{each.make(room)};
    done.scores.emplace_back(each.name, try_policy(trace, room, policy));
  }
  done.scores.emplace_back("clairvoyant", try_clairvoyant(trace, room));
  return done;
}

std::string to_table(const std::vector<trial>& trials) {
  stats::columns table;
  std::vector<std::string> names{"blocks"};
  for (const auto& [name, score] : trials.front().scores)
    names.push_back(name);
  table.row(std::move(names));
  for (const auto& each : trials) {
    std::vector<std::string> cells{std::to_string(each.capacity)};
    for (const auto& [name, score] : each.scores)
      cells.push_back(stats::format_fixed(score.ratio(), 4));
    table.row(std::move(cells));
  }
  return table.text();
}

std::string to_json(const std::vector<trial>& trials, std::size_t requests, std::size_t blocks) {
  stats::json_writer json;
  json.integer("requests", requests);
  json.integer("distinct_blocks", blocks);
  json.integer("blocks_asked", trials.front().scores.front().second.asked);
  json.array("capacities", [&] {
    for (const auto& each : trials)
      json.element([&] {
        json.integer("blocks", each.capacity);
        json.object("usable_blocks", [&] {
          for (const auto& [name, score] : each.scores)
            json.integer(name, score.usable);
        });
      });
  });
  return json.finish() + '\n';
}

} // namespace

command_outcome run_policies(const policies_options& options) {
  const auto trace = load(options);
  if (!trace)
    return {bad_input, {}, trace.error().context};
  const auto blocks = distinct_blocks(*trace);
  std::vector<trial> trials;
  for (const auto capacity : options.capacities.empty() ? shares_of(blocks) : options.capacities)
    trials.push_back(try_all(*trace, capacity, blocks));
  if (options.json)
    return {0, to_json(trials, trace->size(), blocks), {}};
  return {0,
          "usable-prefix hits of " + std::to_string(trials.front().scores.front().second.asked) + " asked, " +
              std::to_string(blocks) + " blocks in " + std::to_string(trace->size()) + " requests\n\n" +
              to_table(trials),
          {}};
}

} // namespace hearth
