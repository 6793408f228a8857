#pragma once

#include "actors/host/program/workload.hpp"
#include "storage/errors.hpp"

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

namespace hearth {

/// Limits of a trace. The trace is held in memory, 8 bytes per block reference.
struct trace_limits {
  std::size_t line_bytes_max = 16u << 20;   ///< bytes, the newline not counted
  std::size_t references_max = 100'000'000; ///< block references in the whole trace
};

/// Reads a request trace in the format of the Mooncake paper (FAST'25): one JSON object a line, whose member `hash_ids`
/// lists the request's blocks. Other members are ignored, an empty last line is allowed.
/// Errors, each naming file, line and member: invalid_argument (a broken line, no request at all), too_large (limits),
/// not_found, io. Threads: any.
[[nodiscard]] storage::result<std::vector<request>> read_trace(const std::string& path,
                                                               const trace_limits& limits = {});

/// As above, from a stream that messages call `name`.
[[nodiscard]] storage::result<std::vector<request>> read_trace(std::istream& input, const std::string& name,
                                                               const trace_limits& limits = {});

} // namespace hearth
