#include "storage/simulated/memory_disk.hpp"

#include <cassert>
#include <random>
#include <utility>

namespace hearth::storage {

result<void> memory_disk::admit(file_operation operation, const std::string& path) {
  if (operations_left != memory_file_system::never && (operations_left == 0 || --operations_left == 0))
    return {errc::io, path + ": the process was killed"};
  auto& fault = faults[static_cast<std::size_t>(operation)];
  if (fault.count == 0)
    return {};
  if (fault.skip > 0) {
    --fault.skip;
    return {};
  }
  --fault.count;
  ++fault.struck;
  return {fault.code, path + ": a fault planned by the test"};
}

std::shared_ptr<memory_node> memory_disk::find(const std::string& path) const {
  const auto found = nodes.find(path);
  return found == nodes.end() ? nullptr : found->second;
}

result<std::shared_ptr<memory_node>> memory_disk::regular(const std::string& path) const {
  auto found = find(path);
  if (!found)
    return failure{errc::not_found, path + ": no such file"};
  if (found->is_directory())
    return failure{errc::invalid_argument, path + ": not a regular file"};
  return found;
}

result<void> memory_disk::parent_exists(const std::string& path) const {
  if (path.find('/') != std::string::npos)
    if (const auto parent = find(parent_of(path)); parent && parent->is_directory())
      return {};
  return {errc::not_found, path + ": no such directory"};
}

void memory_disk::make(const std::string& path, named_bytes bytes) {
  if (expects_cuts)
    durable.made(path, bytes);
  nodes.emplace(path, std::make_shared<memory_node>(count, std::move(bytes)));
}

void memory_disk::rename(const std::string& from, const std::string& to) {
  auto moved = std::move(nodes.at(from));
  if (expects_cuts)
    durable.renamed(from, to, moved->bytes);
  nodes.erase(from);
  nodes[to] = std::move(moved);
}

void memory_disk::remove(const std::string& path) {
  if (nodes.erase(path) > 0 && expects_cuts)
    durable.removed(path);
}

void memory_disk::move_directory(const std::string& from, const std::string& to) {
  assert(find(from) && !find(to));
  move_paths(nodes, from, to);
  durable.moved(from, to);
}

void memory_disk::cut_power(std::uint64_t seed) {
  assert(expects_cuts);
  std::mt19937_64 random{seed};
  const auto before = std::exchange(count, std::make_shared<byte_count>());
  count->peak = before->peak;
  count->most = before->most;
  nodes.clear();
  for (const auto& [path, bytes] : durable.cut(random)) {
    nodes.emplace(path, std::make_shared<memory_node>(count, bytes));
    count->now += bytes ? bytes->size() : 0;
  }
  locks.clear();
  operations_left = memory_file_system::never;
  ++power_cuts;
}

} // namespace hearth::storage
