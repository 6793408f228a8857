#pragma once

#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <string>

namespace hearth {

/// What `hearth verify` tells.
struct verified_store {
  std::string directory;
  storage::verify_report report;
  std::uint64_t ns = 0; ///< how long it took
};

/// For a person: a row for each segment, the namespaces, and what was found. Long lists are cut: `to_json` has all of
/// them. Lines end with '\n'.
[[nodiscard]] std::string to_table(const verified_store& verified);

/// For programs: one JSON object, no newline at the end. VERIFY.md has the members.
[[nodiscard]] std::string to_json(const verified_store& verified);

} // namespace hearth
