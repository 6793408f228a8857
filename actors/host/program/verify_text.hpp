#pragma once

#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <string>

namespace hearth {

/// Result of `hearth verify`.
struct verified_store {
  std::string directory;
  storage::verify_report report;
  std::uint64_t ns = 0; ///< duration of the verification
};

/// Writes the result for people: a row per segment, the namespaces, and the findings. Long lists are cut; `to_json` has
/// the whole lists. Lines end with '\n'.
[[nodiscard]] std::string to_table(const verified_store& verified);

/// Writes the result for programs: one JSON object, without a newline at the end. VERIFY.md has the members.
[[nodiscard]] std::string to_json(const verified_store& verified);

} // namespace hearth
