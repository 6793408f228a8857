#pragma once

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/directory_image.hpp"

#include <vector>

namespace hearth::fuzz {

/// Kinds of edits. In an input, each is one byte followed by its arguments; see `apply_edits`.
enum class edit : std::uint8_t {
  overwrite,     ///< bytes of a file
  overwrite_fit, ///< as overwrite, and the checksums around these bytes are recomputed
  cut,           ///< the end of a file
  grow,          ///< a file, by zeroes
  remove,        ///< a file
  rename,        ///< a file, perhaps onto another one
  copy,          ///< a file, to another name
  make_file,     ///< with bytes from the input
  make_directory,
  move_page, ///< from one file over a page of another
  clear_page,
  from_elsewhere, ///< a file of another store, or an older version from this one
  count
};

/// Edits `image` as `source` decides, until `source` is used up. Files from elsewhere come from `others`. After: no
/// file is longer than 1 MiB.
void apply_edits(byte_source& source, directory_image& image, const std::vector<directory_image>& others);

} // namespace hearth::fuzz
