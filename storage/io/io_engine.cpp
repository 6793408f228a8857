#include "storage/io/io_engine.hpp"

#include <cassert>

namespace hearth::storage {

namespace {

result<std::size_t> move(io_kind kind, io_transfer& transfer) {
  assert(kind == io_kind::read || kind == io_kind::write);
  if (kind == io_kind::read)
    return transfer.target->read(transfer.offset, transfer.parts);
  std::vector<std::span<const std::byte>> parts{transfer.parts.begin(), transfer.parts.end()};
  if (auto written = transfer.target->write(transfer.offset, parts); !written)
    return written.error();
  std::size_t bytes = 0;
  for (const auto& part : parts)
    bytes += part.size();
  return bytes;
}

} // namespace

void run(io_job& job) {
  if (job.is_cancelled())
    return;
  if (job.transfer)
    job.transfer->moved = move(job.kind, *job.transfer);
  if (job.work)
    job.work();
}

} // namespace hearth::storage
