#pragma once

#include <cstddef>
#include <span>

namespace hearth::fuzz {

/// Writes the checksum at the end of a page. Does nothing to fewer bytes than a page.
void fit_page_sum(std::span<std::byte> page);

/// If `file` begins as a segment index or as a recency snapshot: corrects length and checksum of its body, and the
/// checksum of its first page. Returns whether `file` begins so.
bool fit_body_sum(std::span<std::byte> file);

} // namespace hearth::fuzz
