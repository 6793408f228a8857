#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/io_engine.hpp"
#include "tests/bench/contender.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hearth::bench {

using make_contender = std::function<std::unique_ptr<contender>()>;

/// All that this program can measure, in the order of the tables.
struct contender_list {
  struct entry {
    std::string name;
    make_contender make;
    bool is_limit = false; ///< what the others are compared with: the best of these in a cell
    bool reopens = false;  ///< takes part in --reopen: its blocks are found again by another process
  };
  std::vector<entry> entries;
  std::vector<std::string> notes; ///< who is missing, and why
};

/// Opens a block_store in `directory` with a budget of `bytes_max` bytes on disk.
using open_block_store = std::function<storage::result<std::shared_ptr<storage::block_store>>(
    const std::string& directory, std::uint64_t bytes_max, std::shared_ptr<storage::io_engine> io,
    std::shared_ptr<storage::file_system> files)>;

/// A buffer that a host would hand to the cache: where a block's bytes lie when it is put.
using allocate_buffer = std::function<storage::result<storage::mutable_buffer>(std::size_t bytes)>;

/// An engine of hearth's cold tier with all that goes around it.
struct hearth_parts {
  open_block_store open;
  bool o_direct = false;
  allocate_buffer allocate = storage::mutable_buffer::allocate;
  std::function<std::shared_ptr<storage::io_engine>()> make_io = [] {
    return storage::make_io_threads({.threads = 4});
  };
};

/// Any engine of hearth's cold tier. A new one is one more line in `all_contenders`.
[[nodiscard]] make_contender hearth_contender(hearth_parts parts);

/// The limit: one preallocated file, overwritten in a circle with O_DIRECT by blocking threads.
[[nodiscard]] std::unique_ptr<contender> make_raw_threads();
/// One file a block, through the page cache or past it.
[[nodiscard]] std::unique_ptr<contender> make_one_file_a_block(bool o_direct);

/// Those below are built if meson found their libraries; each stands in a file of its own.
void add_liburing(contender_list& list);
void add_rocksdb(contender_list& list);
void add_lmdb(contender_list& list);
void add_sqlite3(contender_list& list);
/// If there is a `memcached` to run.
void add_memcached(contender_list& list);

/// Adds the contenders from libraries that were found, and a note for each that was not. Written by meson.
void add_found_libraries(contender_list& list);
/// "release", "debugoptimized", ...; and hearth's version. Written by meson.
[[nodiscard]] const char* build_type();
[[nodiscard]] const char* hearth_version();

[[nodiscard]] contender_list all_contenders();

} // namespace hearth::bench
