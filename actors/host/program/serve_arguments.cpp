#include "actors/host/program/serve_arguments.hpp"

#include "actors/host/program/number_options.hpp"
#include "actors/host/program/refused_arguments.hpp"
#include "stats/units.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace hearth {

using storage::result;

namespace {

/// Port in "ADDRESS:PORT", and the address before it, without brackets.
std::optional<std::pair<std::string, std::uint16_t>> address_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto address = text.substr(0, colon);
  if (address.size() > 1 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  const auto port = stats::parse_integer(std::string{text.substr(colon + 1)});
  if (address.empty() || !port || *port > 65'535)
    return std::nullopt;
  return std::pair{std::string{address}, static_cast<std::uint16_t>(*port)};
}

} // namespace

bool asks_to_serve(int argc, const char* const* argv) noexcept {
  return argc > 1 && std::string_view{argv[1]} == "serve";
}

CLI::App* describe_serve(CLI::App& program) {
  return program.add_subcommand("serve", "Runs a cache under a workload that never ends, with its admin server");
}

result<serve_options> parse_serve_arguments(int argc, const char* const* argv) {
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  auto* serve = describe_serve(app);
  serve_options options;
  std::string listen;
  declare_workload_options(*serve, options.workload);
  serve->add_option("--requests-per-s", options.requests_per_second, "requests a second [20]")
      ->type_name("N")
      ->transform(integer_between(1, 1'000'000));
  serve->add_option("--requests", options.workload.requests, "requests after which the cache rests [no limit]")
      ->type_name("N")
      ->transform(integer_between(1, 1'000'000'000));
  auto* const socket =
      serve->add_option("--socket", options.socket_path, "listen at this unix-domain socket")->type_name("FILE");
  serve->add_option("--listen", listen, "listen at this address, in digits; port 0 is a free port [127.0.0.1:9177]")
      ->type_name("ADDRESS:PORT")
      ->excludes(socket);
  serve->add_option("--token-file", options.token_file, "file with the bearer token of changing requests, mode 0600")
      ->type_name("FILE");
  serve->add_flag("--token-for-reading", options.token_for_reading, "ask for the token in reading requests, too");
  auto* const certificate =
      serve->add_option("--tls-certificate", options.certificate_file, "certificate in PEM; with --tls-key: HTTPS")
          ->type_name("FILE");
  serve->add_option("--tls-key", options.key_file, "private key in PEM")->type_name("FILE")->needs(certificate);
  serve->footer("Example: hearth serve --writer-queue-blocks 4 --drain-mib-per-s 20\n"
                "Open the printed address in a browser. Ctrl-C ends the command.");
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::Error& refused) {
    return refused_arguments(refused.what(), "serve");
  }
  if (auto usable = check_workload_options(*serve, options.workload); !usable)
    return usable.error();
  if (!listen.empty()) {
    auto place = address_and_port(listen);
    if (!place)
      return refused_arguments("--listen: expected ADDRESS:PORT such as 127.0.0.1:9177 or [::1]:0, found " + listen,
                               "serve");
    std::tie(options.address, options.port) = std::move(*place);
  }
  return options;
}

} // namespace hearth
