#pragma once

#include "storage/errors.hpp"

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace hearth {

/// Options of `hearth size`: a model, and how many conversations a cache is to hold.
struct size_options {
  std::string help;              ///< not empty: print this and end; the other options are not set
  std::uint64_t layers = 0;      ///< layers with attention, 1..10,000
  std::uint64_t kv_heads = 0;    ///< key-value heads of a layer, 1..10,000
  std::uint64_t head_dim = 0;    ///< numbers of a head, 1..100,000
  std::uint64_t dtype_bytes = 2; ///< bytes of a number
  std::uint64_t block_tokens = 16;
  std::uint64_t tokens = 8192;       ///< of one conversation
  std::uint64_t conversations = 100; ///< that are active at the same time
  std::uint64_t kept = 10'000;       ///< conversations that the cold tier keeps
  bool json = false;
};

/// Whether the command line, `argv[0]` included, begins with the command `size`.
[[nodiscard]] bool asks_for_size(int argc, const char* const* argv) noexcept;

/// Reads the command line of the program, `argv[0]` included: `size` and its flags.
/// Errors: invalid_argument, with one line that names the flag, what was found and what was expected.
[[nodiscard]] storage::result<size_options> parse_size_arguments(int argc, const char* const* argv);

/// Adds the command to the program, for the help. Returns the command.
CLI::App* describe_size(CLI::App& program);

} // namespace hearth
