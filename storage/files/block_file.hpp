#pragma once

#include "storage/blocks/block.hpp"
#include "storage/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::storage {

/// Sequences are below this: a million appends a second take 140,000 years to get here.
inline constexpr std::uint64_t sequence_end = 1ull << 62;

/// What a file name says. FORMAT.md: `<sequence, 16 hex digits>-<key, 64 hex digits>` and a suffix.
struct block_file_name {
  std::uint64_t sequence = 0;
  block_key key;
};

enum class block_file_kind : std::uint8_t {
  foreign,    ///< not a name of ours
  complete,   ///< `.block`
  unfinished, ///< `.writing`: never a block, whatever it holds
};

struct parsed_file_name {
  block_file_kind kind = block_file_kind::foreign;
  block_file_name name;
};

[[nodiscard]] std::string to_string(const block_file_name& name, block_file_kind kind);

/// Only what `to_string` writes for a sequence below `sequence_end` is ours, to the letter.
[[nodiscard]] parsed_file_name parse_file_name(std::string_view text);

/// Length of a block's file, in bytes. Does not overflow: too much stays at the largest number.
[[nodiscard]] std::uint64_t block_file_length(std::uint64_t payload_bytes) noexcept;

/// What a file of `length` bytes takes of the budget: whole units of 4 KiB, as on common file systems.
[[nodiscard]] std::uint64_t budget_bytes(std::uint64_t length) noexcept;

/// Writes `item` under the unfinished name in `directory` (ending in '/'), stores its last use and gives it the
/// complete name. The payload is written from its own buffer. Errors: io, no_space; the unfinished file may be left
/// behind.
[[nodiscard]] result<void> write_block_file(file_system& files, const std::string& directory,
                                            const block_file_name& name, const block& item,
                                            const std::string& name_space, std::int64_t last_use_ns);

/// What a file must turn out to hold.
struct expected_block {
  block_key key;
  std::string name_space;
  std::uint64_t payload_bytes = 0;
};

/// Opens the file of a block. Errors: corrupt (gone, or no regular file any more), io (anything else, such as too many
/// open files: it says nothing about the block).
[[nodiscard]] result<std::unique_ptr<file>> open_block_file(file_system& files, const std::string& path);

/// Reads and verifies header and payload. The namespace's number is the caller's to fill in. Errors: corrupt (also
/// where the disk cannot read the file), no_memory.
[[nodiscard]] result<block> read_block_file(file& opened, const std::string& path, const expected_block& expected);

} // namespace hearth::storage
