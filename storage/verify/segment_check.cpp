#include "storage/verify/segment_check.hpp"

namespace hearth::storage {

namespace {

/// A smaller gap between two records is read too: that takes no longer than a new read.
constexpr std::uint64_t gap_bytes = 256ull << 10;

std::uint64_t offset_of(const found_block& block) { return std::uint64_t{block.page} * page_size; }

std::uint64_t end_of(const found_block& block) { return offset_of(block) + segment_record_bytes(block.payload_bytes); }

std::uint64_t dense_end(std::span<const found_block> blocks) {
  auto end = end_of(blocks.front());
  for (const auto& next : blocks.subspan(1)) {
    if (offset_of(next) > end + gap_bytes)
      break;
    end = end_of(next);
  }
  return end;
}

std::string text_of(const record_place& place) {
  return "a record of store " + to_hex(place.store) + ", slot " + std::to_string(place.slot) + ", generation " +
         std::to_string(place.generation) + ", offset " + std::to_string(place.offset);
}

/// The first difference between header and expected record: what was found and what was expected; empty if equal.
std::pair<std::string, std::string> difference(const segment_record& header, const record_place& place,
                                               const found_block& block, const std::string& name_space) {
  if (header.place != place)
    return {text_of(header.place), text_of(place)};
  if (header.block.key != block.key)
    return {"key " + to_hex(header.block.key), "key " + to_hex(block.key)};
  if (header.block.name_space != name_space)
    return {"namespace \"" + header.block.name_space + "\"", "namespace \"" + name_space + "\""};
  if (header.block.payload_bytes != block.payload_bytes)
    return {std::to_string(header.block.payload_bytes) + " payload bytes",
            std::to_string(block.payload_bytes) + " payload bytes"};
  if (header.sequence != block.sequence)
    return {"sequence " + std::to_string(header.sequence), "sequence " + std::to_string(block.sequence)};
  return {};
}

} // namespace

result<bool> record_check::check(std::span<const found_block> blocks, const std::string& name_space) {
  const auto& block = blocks.front();
  if (!bytes_) {
    auto opened = run_.open(path_, 0);
    if (!opened)
      return opened.error();
    bytes_.emplace(std::move(*opened));
  }
  if (end_of(block) > read_to_) {
    read_to_ = dense_end(blocks);
    bytes_->limit(read_to_);
  }
  auto wrong = examine(block, name_space);
  if (!wrong)
    return wrong.error();
  if (!wrong->has_value())
    return true;
  auto& finding = **wrong;
  finding.file = path_;
  finding.offset = offset_of(block);
  finding.bytes = segment_record_bytes(block.payload_bytes);
  finding.key = block.key;
  finding.name_space = name_space;
  run_.report.findings.push_back(std::move(finding));
  return false;
}

result<std::optional<finding>> record_check::examine(const found_block& block, const std::string& name_space) {
  const auto wrong = [](finding_kind kind, std::string found, std::string expected) {
    return std::optional{finding{kind, {}, 0, 0, {}, {}, std::move(found), std::move(expected), {}}};
  };
  place_.offset = offset_of(block);
  const auto page = bytes_->at(place_.offset, page_size);
  if (page.code() == errc::no_memory)
    return page.error();
  if (!page)
    return wrong(finding_kind::unreadable, page.error().context, "the header of a record");
  if (page->size() < page_size)
    return wrong(finding_kind::cut_short, "the end of the file", "the header of a record");
  const auto header = decode_segment_record(*page);
  if (!header)
    return wrong(finding_kind::header, header.error().context, text_of(place_));
  if (auto [found, expected] = difference(*header, place_, block, name_space); !expected.empty())
    return wrong(finding_kind::header, std::move(found), std::move(expected));
  const auto sum = bytes_->checksum_of(place_.offset + page_size, block.payload_bytes);
  if (sum.code() == errc::no_memory)
    return sum.error();
  if (!sum)
    return wrong(sum.code() == errc::corrupt ? finding_kind::cut_short : finding_kind::unreadable, sum.error().context,
                 std::to_string(block.payload_bytes) + " payload bytes");
  if (*sum != header->block.payload_checksum)
    return wrong(finding_kind::payload, "checksum " + to_hex(*sum),
                 "checksum " + to_hex(header->block.payload_checksum) + ", as the header says");
  return std::optional<finding>{};
}

} // namespace hearth::storage
