#include "actors/host/program/watch_arguments.hpp"

#include "actors/host/program/number_options.hpp"
#include "actors/host/program/refused_arguments.hpp"

#include <CLI/CLI.hpp>

#include <string_view>

namespace hearth {

namespace {

bool first_is(int argc, const char* const* argv, std::string_view command) noexcept {
  return argc > 1 && std::string_view{argv[1]} == command;
}

CLI::App* describe_stats(CLI::App& program) {
  return program.add_subcommand("stats", "Prints the counters of a running cache, through its admin server");
}

CLI::App* describe_top(CLI::App& program) {
  return program.add_subcommand("top", "Shows a running cache live in the terminal, through its admin server");
}

} // namespace

bool asks_for_stats(int argc, const char* const* argv) noexcept { return first_is(argc, argv, "stats"); }
bool asks_for_top(int argc, const char* const* argv) noexcept { return first_is(argc, argv, "top"); }

void describe_watch(CLI::App& program) {
  describe_stats(program);
  describe_top(program);
}

storage::result<watch_options> parse_watch_arguments(int argc, const char* const* argv) {
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  watch_options options;
  const auto declare = [&](CLI::App* command) {
    command->add_option("URL", options.url, "admin server: http://ADDRESS:PORT, https://ADDRESS:PORT or unix:FILE")
        ->required()
        ->type_name("");
    command->add_option("--token-file", options.token_file, "file with the bearer token, if reading needs one")
        ->type_name("FILE");
    command->add_option("--ca-file", options.ca_file, "certificates to trust, PEM [those of the system]")
        ->type_name("FILE");
    return command;
  };
  auto* stats = declare(describe_stats(app));
  stats->add_option("--namespace", options.name_space, "one namespace [the whole cache]")->type_name("NAME");
  stats->add_flag("--json", options.json, "print the snapshot as JSON (stats/SNAPSHOT.md)");
  stats->footer("Example: hearth stats http://127.0.0.1:9177");
  auto* top = declare(describe_top(app));
  top->add_option("--interval-s", options.interval_s, "seconds between two screens [1]")
      ->type_name("N")
      ->transform(integer_between(1, 3600));
  top->add_option("--screens", options.screens, "end after so many screens [never]")
      ->type_name("N")
      ->transform(integer_between(1, 1'000'000'000));
  top->footer("Example: hearth top http://127.0.0.1:9177\nThe key q ends the command.");
  app.require_subcommand(1);
  const std::string_view command = argc > 1 ? argv[1] : "";
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::RequiredError&) {
    return refused_arguments(
        "URL: expected the address of an admin server, such as http://127.0.0.1:9177, found nothing", command);
  } catch (const CLI::Error& refused) {
    return refused_arguments(refused.what(), command);
  }
  return options;
}

} // namespace hearth
