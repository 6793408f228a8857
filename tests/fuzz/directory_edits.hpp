#pragma once

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/directory_image.hpp"

#include <vector>

namespace hearth::fuzz {

/// Kinds of edits. Each is one byte in an input, followed by what it asks for; see `apply_edits`.
enum class edit : std::uint8_t {
  overwrite,     ///< bytes of a file
  overwrite_fit, ///< the same, and the sums around them are made to fit
  cut,           ///< the end of a file off
  grow,          ///< a file by zeroes
  remove,        ///< a file
  rename,        ///< a file, over another one maybe
  copy,          ///< a file, under another name
  make_file,     ///< with bytes of the input
  make_directory,
  move_page, ///< of a file over one of another
  clear_page,
  from_elsewhere, ///< a file as it stands in another store, or stood in this one at another time
  count
};

/// Changes `image` in the ways that `source` decides, until it is used up. `others` are what files can come from.
/// After: no file is longer than a mebibyte.
void apply_edits(byte_source& source, directory_image& image, const std::vector<directory_image>& others);

} // namespace hearth::fuzz
