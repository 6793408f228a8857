#include "tests/bench/contenders.hpp"

#include "storage/io/io_uring.hpp"
#include "storage/segments/segments_store.hpp"

#include <chrono>

namespace hearth::bench {

namespace {

using namespace hearth::storage;

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

result<std::shared_ptr<block_store>> open_segments(const std::string& directory, std::uint64_t bytes_max,
                                                   std::shared_ptr<io_engine> io, std::shared_ptr<file_system> files) {
  segments_store_config config;
  config.directory = directory;
  config.bytes_max = bytes_max;
  config.files = std::move(files);
  config.io = std::move(io);
  config.namespaces = std::make_shared<namespace_table>();
  config.clock = wall_clock_ns;
  if (auto given = config.namespaces->claim("bench"); !given)
    return given.error();
  auto opened = open_segments_store(std::move(config));
  if (!opened)
    return opened.error();
  return std::move(opened->store);
}

std::shared_ptr<io_engine> ring_or_threads() {
  auto ring = make_io_uring({});
  return ring ? *ring : make_io_threads({.threads = 4});
}

} // namespace

contender_list all_contenders() {
  contender_list list;
  list.entries.push_back({.name = "raw threads", .make = make_raw_threads, .is_limit = true});
  list.entries.push_back(
      {.name = "hearth segments",
       .make = hearth_contender({.open = open_segments, .o_direct = true, .make_io = ring_or_threads}),
       .reopens = true});
  list.entries.push_back(
      {.name = "segments threads", .make = hearth_contender({.open = open_segments, .o_direct = true})});
  add_found_libraries(list);
  add_memcached(list);
  list.entries.push_back({.name = "one file a block", .make = [] { return make_one_file_a_block(false); }});
  list.entries.push_back({.name = "one file O_DIRECT", .make = [] { return make_one_file_a_block(true); }});
  return list;
}

} // namespace hearth::bench
