// Real crashes: a process works on a cache in a real directory, with real threads and kernel I/O, and is killed
// (SIGKILL) at a random moment. Another process opens what is left and checks it against the reports of the first. A
// directory goes through many rounds, so that crashes meet the traces of earlier crashes.
#include "actors/host/program/temporary_directory.hpp"
#include "tests/crash/crash_arguments.hpp"
#include "tests/crash/crash_child.hpp"
#include "tests/crash/crash_rounds.hpp"

#include <cstdio>
#include <filesystem>

namespace {

using namespace hearth;

int refuse(const storage::failure& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return 2;
}

int run_parent(const crash::crash_options& options) {
  if (!options.directory.empty()) {
    std::filesystem::create_directories(options.directory);
    return crash::crash_rounds{options, options.directory}.run() ? 0 : 1;
  }
  const char* chosen = std::getenv("TMPDIR");
  auto folder = temporary_directory::make_in(chosen && *chosen ? chosen : "/tmp", "hearth-crash",
                                             "set TMPDIR or pass --directory");
  if (!folder)
    return refuse(folder.error());
  if (crash::crash_rounds{options, folder->path()}.run())
    return 0;
  folder->keep(); // kept for analysis
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  const auto options = crash::parse_arguments(argc, argv);
  if (!options)
    return refuse(options.error());
  if (!options->help.empty())
    return std::printf("%s", options->help.c_str()), 0;
  return options->child ? crash::run_child(*options->child) : run_parent(*options);
}
