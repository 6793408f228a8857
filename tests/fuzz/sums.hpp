#pragma once

#include <cstddef>
#include <span>

namespace hearth::fuzz {

/// Puts the checksum that a page needs at its end. Nothing happens to fewer bytes than a page.
void fit_page_sum(std::span<std::byte> page);

/// If `file` begins as the index of a segment or as a snapshot of recency: makes length and checksum of its body, and
/// the checksum of its first page, those that it needs. Returns whether it did.
bool fit_body_sum(std::span<std::byte> file);

} // namespace hearth::fuzz
