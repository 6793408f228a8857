#include "tests/fuzz/target.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace hearth::fuzz;

/// Writes the seeds of each fuzzer to DIR/<fuzzer>/<number>. The real code makes the seeds, so the repository stores
/// none.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: hearth_fuzz_seeds DIR\n", stderr);
    return 2;
  }
  for (const auto* one : {&records, &indexes, &recovery, &snapshot, &trace, &arguments}) {
    const auto folder = std::filesystem::path{argv[1]} / one->name;
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const auto& seed : one->seeds()) {
      std::ofstream file{folder / std::to_string(number++), std::ios::binary};
      file.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
      if (!file.flush()) {
        std::fprintf(stderr, "%s: cannot be written to\n", folder.c_str());
        return 1;
      }
    }
  }
  return 0;
}
