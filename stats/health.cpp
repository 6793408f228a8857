#include "stats/health.hpp"

#include "stats/json_writer.hpp"
#include "stats/units.hpp"

namespace hearth::stats {

namespace {

/// Growth of the counter with this path in the last minute.
std::uint64_t grown_in_a_minute(const snapshot_part& part, std::string_view path) {
  return part.recent.grown[0].grown[figure_index(path)];
}

std::string in_the_last(const window& time) { return " in the last " + std::to_string(time.ms / 1000) + " s"; }

/// "evict_full 3, late_full 1": the growth of each reason, for the reasons that pass `chosen`.
template <class Reason, class Chosen>
std::string by_reason(const snapshot_part& part, const std::string& prefix, std::size_t reasons, Chosen&& chosen,
                      std::uint64_t& sum) {
  std::string text;
  for (std::size_t i = 0; i < reasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto blocks = grown_in_a_minute(part, prefix + std::string{to_string(reason)} + ".blocks");
    if (blocks == 0 || !chosen(reason))
      continue;
    sum += blocks;
    text += (text.empty() ? "" : ", ") + std::string{to_string(reason)} + " " + std::to_string(blocks);
  }
  return text;
}

std::string bytes_a_second(const window& time, std::uint64_t bytes) {
  return format_bytes(time.ms == 0 ? 0 : bytes * 1000 / time.ms) + "/s";
}

} // namespace

std::string_view to_string(health_status status) noexcept {
  switch (status) {
  case health_status::ok: return "ok";
  case health_status::degraded: return "degraded";
  case health_status::failing: return "failing";
  }
  return "?";
}

health health_of(const snapshot& item) {
  health found;
  const auto& part = item.whole;
  const auto& minute = part.recent.grown[0];
  const auto reason = [&](std::string id, std::string text) {
    found.status = health_status::degraded;
    found.reasons.push_back({std::move(id), std::move(text)});
  };
  if (part.gauges.cold_state == cold_state::detached)
    reason("detached", "the cold tier's directory is gone; the hot tier serves alone until the directory is back");
  if (const auto blocks = grown_in_a_minute(part, "lost.blocks"); blocks > 0)
    reason("lost", std::to_string(blocks) + " blocks were lost" + in_the_last(minute) +
                       ": they were accepted and are in no tier now");
  std::uint64_t failed = 0;
  if (const auto which = by_reason<fail_reason>(
          part, "ledger.failed.", fail_reasons, [](fail_reason) { return true; }, failed);
      failed > 0)
    reason("write_failures", std::to_string(failed) + " writes failed" + in_the_last(minute) + " (" + which + ")");
  std::uint64_t dropped = 0;
  if (const auto which = by_reason<drop_reason>(part, "ledger.dropped.", drop_reasons, is_ssd_write_drop, dropped);
      dropped > 0)
    reason("drops", "the writer's full mailbox rejected " + std::to_string(dropped) + " blocks" + in_the_last(minute) +
                        " (" + which + "): " + bytes_a_second(minute, grown_in_a_minute(part, "ledger.offered.bytes")) +
                        " were offered, the disk took " +
                        bytes_a_second(minute, grown_in_a_minute(part, "ledger.persisted.bytes")));
  if (const auto errors = grown_in_a_minute(part, "errors"); errors > 0)
    reason("errors", std::to_string(errors) + " I/O errors or damaged records" + in_the_last(minute));
  return found;
}

std::string to_json(const health& item) {
  json_writer json;
  json.integer("version", 1);
  json.text("status", to_string(item.status));
  json.array("reasons", [&] {
    for (const auto& one : item.reasons)
      json.element([&] {
        json.text("id", one.id);
        json.text("text", one.text);
      });
  });
  return json.finish();
}

} // namespace hearth::stats
