#include "actors/host/program/verify_arguments.hpp"

#include "actors/host/program/refused_arguments.hpp"

#include <CLI/CLI.hpp>

#include <string_view>
#include <utility>

namespace hearth {

using storage::failure;
using storage::result;

namespace {

failure refuse(std::string what) { return refused_arguments(std::move(what), "verify"); }

} // namespace

bool asks_to_verify(int argc, const char* const* argv) noexcept {
  return argc > 1 && std::string_view{argv[1]} == "verify";
}

CLI::App* describe_verify(CLI::App& program) {
  return program.add_subcommand("verify", "Reads and checks every block of a cold tier that no cache has open");
}

result<verify_options> parse_verify_arguments(int argc, const char* const* argv) {
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  auto* verify = describe_verify(app);
  verify_options options;
  verify->add_option("DIR", options.directory, "directory of the cold tier")->required()->type_name("");
  verify->add_flag("--repair", options.repair,
                   "move damaged records to DIR/damaged, with the reason, and remove them from the index");
  verify->add_flag("--json", options.json, "print the report as one JSON object");
  verify->footer("Exit status: 0 no damage, 1 damage was found (repaired or not), 2 the directory cannot be verified.");
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::RequiredError&) {
    return refuse("DIR: expected the directory of a cold tier, found nothing");
  } catch (const CLI::Error& refused) {
    return refuse(refused.what());
  }
  if (options.directory.empty())
    return refuse("DIR: expected the directory of a cold tier, found an empty name");
  return options;
}

} // namespace hearth
