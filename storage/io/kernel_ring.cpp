#include "storage/io/kernel_ring.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <liburing.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace hearth::storage {

namespace {

/// The kernel moves at most 2 GiB minus a page per request; further pieces move the rest. A power of two keeps direct
/// I/O aligned.
constexpr std::size_t piece_bytes_max = std::size_t{1} << 30;
constexpr std::int64_t ns_per_second = 1'000'000'000;

failure not_set_up(int error) {
  auto context = "io_uring: the kernel says: " + std::generic_category().message(error);
  switch (error) {
  case ENOSYS: return {errc::unsupported, context + " (Linux 5.11 or newer is needed)"};
  case EPERM:
  case EACCES:
    return {errc::unsupported, context + " (forbidden here: by the container's seccomp profile, or by the sysctl "
                                         "kernel.io_uring_disabled)"};
  case ENOMEM: return {errc::no_memory, context + " (the limit of locked memory may be too low: ulimit -l)"};
  default: return {errc::unsupported, std::move(context)};
  }
}

/// Checks the kernel's features. EXT_ARG (Linux 5.11) gives waits a timeout; a kernel with EXT_ARG also has the other
/// features needed here.
result<void> probed(::io_uring& ring, unsigned features) {
  constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_EXT_ARG;
  if ((features & needed) != needed)
    return {errc::unsupported, "io_uring: this kernel's is too old (Linux 5.11 or newer is needed)"};
  const std::unique_ptr<io_uring_probe, void (*)(io_uring_probe*)> probe{io_uring_get_probe_ring(&ring),
                                                                         io_uring_free_probe};
  constexpr std::array operations{IORING_OP_READ, IORING_OP_WRITE, IORING_OP_READV, IORING_OP_WRITEV};
  const auto offered = [&](auto operation) { return io_uring_opcode_supported(probe.get(), operation) != 0; };
  if (!probe || !std::all_of(operations.begin(), operations.end(), offered))
    return {errc::unsupported, "io_uring: this kernel's does not offer reads and writes"};
  return {};
}

/// Accepts an interruption by a signal, a temporary lack of resources and a timeout: the next call continues.
void check([[maybe_unused]] int got) {
  assert(got >= 0 || got == -EINTR || got == -EAGAIN || got == -EBUSY || got == -ETIME);
  if (got == -EAGAIN)
    std::this_thread::yield();
}

} // namespace

void kernel_ring::closer::operator()(::io_uring* ring) const noexcept {
  io_uring_queue_exit(ring);
  delete ring;
}

result<std::unique_ptr<kernel_ring>> kernel_ring::open(std::size_t pieces_max) {
  auto made = std::make_unique<::io_uring>();
  io_uring_params parameters{};
  if (const int got = io_uring_queue_init_params(static_cast<unsigned>(pieces_max + 1), made.get(), &parameters);
      got < 0)
    return not_set_up(-got);
  std::unique_ptr<::io_uring, closer> ring{made.release()};
  if (auto checked = probed(*ring, parameters.features); !checked)
    return checked.error();
  descriptor bell{::eventfd(0, EFD_CLOEXEC)};
  if (bell.number() < 0)
    return not_set_up(errno);
  return std::unique_ptr<kernel_ring>{new kernel_ring{std::move(ring), std::move(bell), pieces_max}};
}

kernel_ring::kernel_ring(std::unique_ptr<::io_uring, closer> ring, descriptor bell, std::size_t pieces_max)
    : ring_(std::move(ring)), bell_(std::move(bell)), pieces_max_(pieces_max) {}

kernel_ring::~kernel_ring() = default;

void kernel_ring::add(std::uint64_t tag, const kernel_piece& next) {
  assert(tag < pieces_max_);
  auto* entry = io_uring_get_sqe(ring_.get());
  assert(entry != nullptr); // there are as many entries as tags
  const auto* parts = next.parts->data();
  const auto count = static_cast<unsigned>(next.parts->count());
  if (count == 1) {
    const auto bytes = static_cast<unsigned>(std::min(parts->iov_len, piece_bytes_max));
    if (next.reads)
      io_uring_prep_read(entry, next.file, parts->iov_base, bytes, next.offset);
    else
      io_uring_prep_write(entry, next.file, parts->iov_base, bytes, next.offset);
  } else if (next.reads) {
    io_uring_prep_readv(entry, next.file, parts, count, next.offset);
  } else {
    io_uring_prep_writev(entry, next.file, parts, count, next.offset);
  }
  if (next.apart)
    entry->flags |= IOSQE_ASYNC;
  entry->user_data = tag;
}

void kernel_ring::listen() {
  if (listening_)
    return;
  auto* entry = io_uring_get_sqe(ring_.get());
  assert(entry != nullptr);
  io_uring_prep_read(entry, bell_.number(), &rung_, sizeof rung_, 0);
  entry->user_data = pieces_max_;
  listening_ = true;
}

void kernel_ring::submit() {
  if (io_uring_sq_ready(ring_.get()) > 0)
    check(io_uring_submit(ring_.get()));
}

void kernel_ring::wait(std::optional<std::chrono::nanoseconds> at_most) {
  if (!at_most) {
    check(io_uring_submit_and_wait(ring_.get(), 1));
    return;
  }
  submit();
  __kernel_timespec time{};
  time.tv_sec = at_most->count() / ns_per_second;
  time.tv_nsec = at_most->count() % ns_per_second;
  io_uring_cqe* ignored = nullptr;
  check(io_uring_wait_cqe_timeout(ring_.get(), &ignored, &time));
}

std::optional<kernel_ring::outcome> kernel_ring::next() {
  io_uring_cqe* entry = nullptr;
  while (io_uring_peek_cqe(ring_.get(), &entry) == 0) {
    const outcome found{entry->user_data, entry->res};
    io_uring_cqe_seen(ring_.get(), entry);
    if (found.tag < pieces_max_)
      return found;
    listening_ = false;
  }
  return std::nullopt;
}

void kernel_ring::wake() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(uninterrupted([&] { return ::write(bell_.number(), &one, sizeof one); }));
}

} // namespace hearth::storage
