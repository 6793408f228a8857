#include "tests/fuzz/opened_world.hpp"

#include <cstring>

namespace hearth::fuzz {

namespace {

using namespace hearth::storage;

segments_store_config tuned(std::uint64_t bytes_max) {
  segments_store_config config;
  config.directory = store_directory;
  config.bytes_max = bytes_max;
  config.segment_bytes = small_segment_bytes;
  config.reclaim_ahead_bytes = 0;
  config.sync_bytes = 0;
  config.reappend_percent = 25;
  return config;
}

} // namespace

std::uint64_t room_for(std::uint64_t segments) {
  const auto config = tuned(1u << 20);
  return segments_fixed_bytes(config) + segments * segment_charge(config, 4096);
}

block_key key_of(unsigned number) {
  block_key key;
  key.bytes.fill(static_cast<std::byte>(number));
  return key;
}

buffer payload_of(unsigned number, unsigned version) {
  auto fresh = mutable_buffer::allocate(number % 3 == 0 ? 5000 + number : 100 + number);
  demand(fresh.ok(), "memory for a block");
  unsigned place = 0;
  for (auto& byte : fresh->bytes())
    byte = static_cast<std::byte>(number * 7 + version * 101 + place++ * 13);
  return std::move(*fresh).publish();
}

opened_world::opened_world(std::shared_ptr<memory_file_system> disk, std::uint64_t bytes_max)
    : namespaces_(std::make_shared<namespace_table>(6)) {
  demand(namespaces_->claim("a").ok() && namespaces_->claim("b").ok(), "names are free");
  auto segments = tuned(bytes_max);
  segments.files = std::move(disk);
  segments.io = io_.disk;
  segments.namespaces = namespaces_;
  segments.clock = [now = io_.now_ns] { return ++*now; };
  auto opened = open_segments_store(std::move(segments));
  if (!opened) {
    refusal_ = opened.error();
    return;
  }
  store_ = std::move(opened->store);
  report_ = opened->report;
}

opened_world::~opened_world() {
  store_.reset();
  io_.settle();
}

errc opened_world::append(unsigned number, unsigned version) {
  std::optional<result<void>> answer;
  std::vector<append_item> batch;
  const auto parent = number == 0 ? std::nullopt : std::optional{key_of(number - 1)};
  batch.push_back({{key_of(number), static_cast<namespace_id>(number % 2), parent, payload_of(number, version)},
                   [&](result<void> done) { answer = std::move(done); }});
  store_->append(std::move(batch));
  io_.settle();
  demand(answer.has_value(), "an append is answered");
  return answer->code();
}

result<block> opened_world::read(const block_key& key) {
  const auto found = store_->find(key);
  demand(found.has_value(), "a key of the store is found");
  std::optional<result<block>> answer;
  std::vector<read_item> batch;
  batch.push_back({key, found->name_space, [&](result<block> done) { answer = std::move(done); }});
  store_->read(std::move(batch));
  io_.settle();
  demand(answer.has_value(), "a read is answered");
  return std::move(*answer);
}

errc opened_world::sync() {
  std::optional<result<void>> answer;
  store_->sync([&](result<void> done) { answer = std::move(done); });
  io_.settle();
  demand(answer.has_value(), "a sync is answered");
  return answer->code();
}

} // namespace hearth::fuzz
