#pragma once

#include "storage/segments/segment_record.hpp"
#include "storage/segments/segments_recovery.hpp"
#include "storage/verify/verify_run.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hearth::storage {

/// Verifies the blocks of one segment in ascending order of offset; reads nearby records together. Threads: one owner.
class record_check {
public:
  /// `path`: of the segment, as findings name it. `place`: what each record must contain, except the offset.
  record_check(verify_run& run, std::string path, const record_place& place)
      : run_(run), path_(std::move(path)), place_(place) {}

  /// Verifies header and payload of the first of `blocks`; the others are the blocks that follow it. Adds a finding to
  /// the report if the first block is damaged. Returns whether that block is whole. Errors: no_memory, and io or
  /// not_found if the segment cannot be opened.
  [[nodiscard]] result<bool> check(std::span<const found_block> blocks, const std::string& name_space);

private:
  [[nodiscard]] result<std::optional<finding>> examine(const found_block& block, const std::string& name_space);

  verify_run& run_;
  std::string path_;
  record_place place_;
  std::optional<segment_window> bytes_;
  std::uint64_t read_to_ = 0; ///< end of the records that are read together
};

} // namespace hearth::storage
