#include "actors/host/program/verify_text.hpp"

#include "actors/host/program/printable.hpp"
#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"

namespace hearth {

using storage::verify_report;

namespace {

constexpr std::size_t rows_shown = 64; ///< most rows of undamaged segments
constexpr std::size_t findings_shown = 50;

double seconds(const verified_store& verified) noexcept { return static_cast<double>(verified.ns) / 1e9; }

double mib_per_second(const verified_store& verified) noexcept {
  const auto mib = static_cast<double>(verified.report.bytes_read) / (1 << 20);
  return verified.ns == 0 ? 0 : mib / seconds(verified);
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::vector<std::string> cells(const std::string& name, const storage::verified_part& part) {
  return {name,
          part.generation == 0 ? "-" : number(part.generation),
          part.index == storage::index_state::none ? "-" : std::string{to_string(part.index)},
          stats::format_bytes(part.bytes),
          number(part.listed),
          number(part.behind),
          number(part.blocks),
          stats::format_bytes(part.payload_bytes),
          stats::format_bytes(part.dead_bytes),
          number(part.damaged)};
}

/// Rows of all damaged segments, then at most `rows_shown` others; the last row is the sum of all segments.
std::string segments(const verify_report& report) {
  stats::columns table;
  table.row({"segment", "generation", "index", "size", "listed", "behind", "blocks", "payload", "dead", "damaged"});
  storage::verified_part sum;
  std::size_t well = 0;
  for (const auto& part : report.parts) {
    sum.bytes += part.bytes;
    sum.listed += part.listed;
    sum.behind += part.behind;
    sum.blocks += part.blocks;
    sum.payload_bytes += part.payload_bytes;
    sum.dead_bytes += part.dead_bytes;
    sum.damaged += part.damaged;
    if (part.damaged > 0 || ++well <= rows_shown)
      table.row(cells(part.name, part));
  }
  if (well > rows_shown)
    table.row({number(well - rows_shown) + " more"});
  table.row(cells("= " + number(report.parts.size()), sum));
  return table.text();
}

std::string namespaces(const verify_report& report) {
  stats::columns table;
  table.row({"namespace", "blocks", "payload", "damaged"});
  const auto line = [&](const std::string& name, const storage::verified_amount& amount) {
    table.row({name, number(amount.blocks), stats::format_bytes(amount.payload_bytes), number(amount.damaged)});
  };
  for (const auto& [name, amount] : report.namespaces)
    line(name, amount);
  line("= " + number(report.namespaces.size()), report.total());
  return table.text();
}

std::string others(const verify_report& report) {
  stats::columns table;
  table.row({"besides", "count"});
  table.row({"recency: " + std::string{to_string(report.recency)}, number(report.recency_entries)});
  table.row({"replaced records", number(report.replaced)});
  table.row({"unfinished files", number(report.count(storage::finding_kind::unfinished))});
  table.row({"foreign files", number(report.count(storage::finding_kind::foreign))});
  table.row({"damaged", number(report.damaged())});
  table.row({"  repaired", number(report.repaired())});
  table.row({"  records listed again", number(report.salvaged)});
  return table.text();
}

std::string told(const storage::finding& one) {
  auto text = printable(one.file);
  if (is_damage(one.kind) && one.bytes > 0)
    text += ", offset " + number(one.offset);
  text += ": " + std::string{to_string(one.kind)};
  if (one.key)
    text += ", block " + to_hex(*one.key);
  if (!one.name_space.empty())
    text += " of \"" + printable(one.name_space) + "\"";
  text += "\n  found " + printable(one.found) + "\n  expected " + printable(one.expected) + '\n';
  if (!one.repair.empty())
    text += "  " + printable(one.repair) + '\n';
  return text;
}

/// Damage first.
std::string findings(const verify_report& report) {
  std::string text;
  std::size_t shown = 0;
  for (const bool damage : {true, false})
    for (const auto& one : report.findings)
      if (is_damage(one.kind) == damage && ++shown <= findings_shown)
        text += told(one);
  if (shown > findings_shown)
    text += number(shown - findings_shown) + " more, see --json\n";
  return text.empty() ? text : "\n" + text;
}

void write(stats::json_writer& json, const storage::verified_part& part) {
  json.text("name", part.name);
  json.text("index", to_string(part.index));
  json.boolean("sealed", part.index == storage::index_state::sealed);
  json.integer("generation", part.generation);
  json.integer("bytes", part.bytes);
  json.integer("listed", part.listed);
  json.integer("behind", part.behind);
  json.integer("blocks", part.blocks);
  json.integer("payload_bytes", part.payload_bytes);
  json.integer("dead_bytes", part.dead_bytes);
  json.integer("damaged", part.damaged);
}

void write(stats::json_writer& json, const storage::finding& one) {
  json.text("kind", to_string(one.kind));
  json.boolean("damage", is_damage(one.kind));
  json.text("file", printable(one.file));
  json.integer("offset", one.offset);
  json.integer("bytes", one.bytes);
  json.text("key", one.key ? to_hex(*one.key) : std::string{});
  json.text("namespace", printable(one.name_space));
  json.text("found", printable(one.found));
  json.text("expected", printable(one.expected));
  json.text("repair", printable(one.repair));
}

void write(stats::json_writer& json, const storage::verified_amount& amount) {
  json.integer("blocks", amount.blocks);
  json.integer("payload_bytes", amount.payload_bytes);
  json.integer("damaged", amount.damaged);
}

} // namespace

std::string to_table(const verified_store& verified) {
  const auto& report = verified.report;
  auto text = printable(verified.directory) + ": engine " + report.engine + ", version " + number(report.version);
  if (report.store != 0)
    text += ", store " + storage::to_hex(report.store);
  return text + "\nread " + stats::format_bytes(report.bytes_read) + " in " +
         stats::format_fixed(seconds(verified), 3) + " s, " + stats::format_fixed(mib_per_second(verified), 1) +
         " MiB/s\n\n" + segments(report) + '\n' + namespaces(report) + '\n' + others(report) + findings(report);
}

std::string to_json(const verified_store& verified) {
  const auto& report = verified.report;
  stats::json_writer json;
  json.integer("version", 1);
  json.text("directory", printable(verified.directory));
  json.text("engine", report.engine);
  json.integer("format_version", report.version);
  json.text("store", report.store == 0 ? std::string{} : storage::to_hex(report.store));
  json.boolean("well", report.damaged() == 0);
  write(json, report.total());
  json.integer("findings_damaged", report.damaged());
  json.integer("findings_repaired", report.repaired());
  json.integer("records_salvaged", report.salvaged);
  json.text("repair_failure", report.repair_failure ? printable(to_string(*report.repair_failure)) : std::string{});
  json.integer("replaced", report.replaced);
  json.integer("foreign", report.count(storage::finding_kind::foreign));
  json.integer("unfinished", report.count(storage::finding_kind::unfinished));
  json.integer("bytes_read", report.bytes_read);
  json.real("seconds", seconds(verified));
  json.real("mib_per_second", mib_per_second(verified));
  json.object("recency", [&] {
    json.text("state", to_string(report.recency));
    json.integer("entries", report.recency_entries);
  });
  json.object("namespaces", [&] {
    for (const auto& [name, amount] : report.namespaces)
      json.object(printable(name), [&, &amount = amount] { write(json, amount); });
  });
  json.array("segments", [&] {
    for (const auto& part : report.parts)
      json.element([&] { write(json, part); });
  });
  json.array("findings", [&] {
    for (const auto& one : report.findings)
      json.element([&] { write(json, one); });
  });
  return json.finish();
}

} // namespace hearth
