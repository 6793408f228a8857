#include "storage/segment_tail.hpp"

#include "storage/buffer.hpp"
#include "storage/checksum.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

constexpr std::uint64_t window_bytes = 4ull << 20;

/// A segment's bytes through a window that moves on.
class window {
public:
  window(std::unique_ptr<file> opened, mutable_buffer memory, std::uint64_t end)
      : opened_(std::move(opened)), memory_(std::move(memory)), end_(end) {}

  /// The page at `offset`; fewer bytes at the end of the file.
  result<std::span<const std::byte>> page(std::uint64_t offset) {
    if (offset < start_ || offset + page_size > start_ + filled_) {
      const auto wanted = std::min(window_bytes, end_ - offset);
      const auto got = opened_->read(offset, memory_.bytes().first(static_cast<std::size_t>(wanted)));
      if (!got)
        return got.error();
      start_ = offset;
      filled_ = *got;
    }
    const auto at = static_cast<std::size_t>(offset - start_);
    return std::span<const std::byte>{memory_.bytes()}.subspan(at, std::min(page_size, filled_ - at));
  }

  /// Whether the payload behind a header has this checksum.
  result<bool> holds(std::uint64_t offset, std::uint64_t bytes, std::uint64_t expected) {
    if (offset >= start_ && offset + bytes <= start_ + filled_) {
      const auto at = static_cast<std::size_t>(offset - start_);
      return checksum(std::span<const std::byte>{memory_.bytes()}.subspan(at, static_cast<std::size_t>(bytes))) ==
             expected;
    }
    auto payload = mutable_buffer::allocate(static_cast<std::size_t>(bytes));
    if (!payload)
      return payload.error();
    const auto got = opened_->read(offset, payload->padded_bytes());
    if (!got)
      return got.error();
    return *got >= bytes && checksum(payload->bytes()) == expected;
  }

private:
  std::unique_ptr<file> opened_;
  mutable_buffer memory_;
  std::uint64_t end_;
  std::uint64_t start_ = 0; ///< of the window in the file
  std::size_t filled_ = 0;
};

} // namespace

result<segment_tail> read_segment_tail(file_system& files, const std::string& path, const record_place& start,
                                       std::uint64_t end) {
  auto opened = files.open(path, open_mode::read, caching::direct);
  if (!opened)
    return opened.error();
  auto memory = mutable_buffer::allocate(static_cast<std::size_t>(window_bytes));
  if (!memory)
    return memory.error();
  window bytes{std::move(*opened), std::move(*memory), end};
  segment_tail tail;
  tail.end = start.offset;
  for (auto place = start; place.offset < end;) {
    const auto page = bytes.page(place.offset);
    if (!page)
      return page.error();
    if (page->size() < page_size)
      break; // the file ends here
    auto record = starts_segment_record(*page) ? decode_segment_record(*page) : failure{errc::corrupt, "no record"};
    if (!record || record->place != place || segment_record_bytes(record->block.payload_bytes) > end - place.offset) {
      place.offset += page_size;
      continue;
    }
    const auto whole =
        bytes.holds(place.offset + page_size, record->block.payload_bytes, record->block.payload_checksum);
    if (!whole)
      return whole.error();
    place.offset += segment_record_bytes(record->block.payload_bytes);
    tail.end = place.offset;
    if (*whole)
      tail.records.push_back(std::move(*record));
    else
      ++tail.torn;
  }
  return tail;
}

} // namespace hearth::storage
