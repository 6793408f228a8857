#include "storage/segments/segment_window.hpp"

#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

result<segment_window> segment_window::open(file_system& files, const std::string& path, std::uint64_t limit,
                                            caching cache) {
  auto opened = files.open(path, open_mode::read, cache);
  if (!opened)
    return opened.error();
  auto memory = mutable_buffer::allocate(static_cast<std::size_t>(segment_window_bytes));
  if (!memory)
    return memory.error();
  return segment_window{std::move(*opened), std::move(*memory), path, limit};
}

result<std::span<const std::byte>> segment_window::at(std::uint64_t offset, std::uint64_t most) {
  assert(offset % page_size == 0);
  if (offset < start_ || offset >= start_ + filled_) {
    filled_ = 0;
    if (offset >= limit_)
      return std::span<const std::byte>{};
    const auto read = [&](std::uint64_t bytes) {
      return opened_->read(offset, memory_.bytes().first(static_cast<std::size_t>(bytes)));
    };
    const auto wanted = std::min(segment_window_bytes, limit_ - offset);
    auto got = read(wanted);
    if (got.code() == errc::io) // only a request for the unreadable bytes shall fail
      got = read(std::min(wanted, (most + page_size - 1) / page_size * page_size));
    if (!got)
      return got.error();
    start_ = offset;
    filled_ = *got;
    if (on_read_)
      on_read_(*got);
  }
  const auto from = static_cast<std::size_t>(offset - start_);
  const auto left = std::min(most, filled_ - from);
  return std::span<const std::byte>{memory_.bytes()}.subspan(from, static_cast<std::size_t>(left));
}

result<std::uint64_t> segment_window::checksum_of(std::uint64_t offset, std::uint64_t bytes) {
  running_checksum sum;
  for (auto left = bytes; left > 0;) {
    const auto piece = at(offset, left);
    if (!piece)
      return piece.error();
    if (piece->size() == bytes)
      return checksum(*piece);
    sum.add(*piece);
    offset += piece->size();
    left -= piece->size();
    // Only at the end of the file is a piece not a multiple of a page.
    if (left > 0 && (piece->empty() || offset % page_size != 0))
      return failure{errc::corrupt, path_ + ": ends after " + std::to_string(offset) + " bytes, expected " +
                                        std::to_string(left) + " more"};
  }
  return sum.value();
}

} // namespace hearth::storage
