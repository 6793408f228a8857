#include "storage/simulated/power_cut.hpp"

#include "storage/format/page.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace hearth::storage {

void memory_bytes::write(std::uint64_t offset, std::span<const std::byte> from) {
  assert(offset + from.size() <= bytes_.size());
  if (from.empty())
    return;
  for (auto page = offset / page_size; keeps_unsynced_ && page * page_size < offset + from.size(); ++page) {
    const auto [at, added] = before_.try_emplace(page);
    const auto end = std::min<std::uint64_t>((page + 1) * page_size, bytes_.size());
    if (added)
      at->second.assign(bytes_.begin() + static_cast<std::ptrdiff_t>(page * page_size),
                        bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  std::memcpy(bytes_.data() + offset, from.data(), from.size());
}

void memory_bytes::synced() {
  before_.clear();
  length_synced();
}

void memory_bytes::cut(std::mt19937_64& random) {
  for (auto& [page, before] : before_) {
    auto* const now = bytes_.data() + page * page_size;
    const auto half = before.size() / 2;
    switch (random() % 4) {
    case 0: std::copy_n(before.begin(), half, now); break; // the first half is lost
    case 1: std::copy(before.begin() + static_cast<std::ptrdiff_t>(half), before.end(), now + half); break;
    case 2: std::copy(before.begin(), before.end(), now); break; // all of it is lost
    default: break;
    }
  }
  before_.clear();
  const auto longer = bytes_.size() - durable_bytes_;
  const std::array lengths{durable_bytes_, durable_bytes_ + random() % (longer + 1), durable_bytes_ + longer};
  bytes_.resize(lengths[random() % lengths.size()]);
  durable_bytes_ = bytes_.size();
}

void durable_names::moved(const std::string& from, const std::string& to) {
  move_paths(durable_, from, to);
  move_paths(changes_, from, to);
  for (auto& [directory, changes] : changes_)
    for (auto& done : changes) {
      done.path = path_after_move(done.path, from, to);
      done.from = path_after_move(done.from, from, to);
    }
}

void durable_names::sync(const std::string& directory) {
  for (const auto& done : std::exchange(changes_[directory], {}))
    apply(done);
  for (const auto& [path, bytes] : durable_)
    if (bytes && parent_of(path) == directory)
      bytes->length_synced();
}

const durable_names::names& durable_names::cut(std::mt19937_64& random) {
  for (const auto& [directory, changes] : std::exchange(changes_, {}))
    for (auto left = random() % (changes.size() + 1); const auto& done : changes)
      if (left > 0 && left-- > 0)
        apply(done);
  // Parents come before their content.
  std::erase_if(durable_,
                [&](const auto& one) { return one.first != "/" && !durable_.contains(parent_of(one.first)); });
  for (const auto& [path, bytes] : durable_)
    if (bytes)
      bytes->cut(random);
  return durable_;
}

void durable_names::note(change done) { changes_[parent_of(done.path)].push_back(std::move(done)); }

void durable_names::apply(const change& done) {
  durable_.erase(done.from);
  if (done.removed)
    durable_.erase(done.path);
  else
    durable_[done.path] = done.bytes;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string path_after_move(const std::string& path, const std::string& from, const std::string& to) {
  return path == from || path.starts_with(from + '/') ? to + path.substr(from.size()) : path;
}

} // namespace hearth::storage
