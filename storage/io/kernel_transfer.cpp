#include "storage/io/kernel_transfer.hpp"

#include "storage/io/posix_file.hpp"

#include <cassert>
#include <cerrno>
#include <utility>

namespace hearth::storage {

kernel_transfer::kernel_transfer(io_job job)
    : job_(std::move(job)), left_(std::span<const std::span<std::byte>>{job_.transfer->parts}) {
  assert(job_.kind == io_kind::read || job_.kind == io_kind::write);
}

kernel_piece kernel_transfer::next_piece() const noexcept {
  assert(!ended());
  // Without O_DIRECT, the kernel would copy on the submitting thread, and might wait there for memory or for the other
  // end of a pipe. After "try again", it might wait there as well.
  const bool apart = !target().direct() || setbacks_ > 0;
  return {reads(), apart, target().native_handle(), job_.transfer->offset + moved_, &left_};
}

void kernel_transfer::accept(int got) {
  if (got < 0)
    return fail(-got);
  setbacks_ = 0;
  moved_ += static_cast<std::size_t>(got);
  left_.advance(static_cast<std::size_t>(got));
  job_.transfer->moved = moved_;
  if (!reads() && got == 0)
    return end({errc::io, target().path() + ": io_uring pwritev: wrote nothing"});
  // A direct read that stops at an unaligned offset has reached the end of the file: only the end is unaligned. A
  // direct read could not continue there either.
  const bool end_of_file = got == 0 || (target().direct() && moved_ % direct_alignment != 0);
  ended_ = reads() && end_of_file;
}

void kernel_transfer::fail(int error) {
  if ((error == EINTR || error == EAGAIN) && ++setbacks_ < setbacks_max)
    return;
  end(refused(target().path(), reads() ? "io_uring preadv" : "io_uring pwritev", error));
}

void kernel_transfer::end(failure why) {
  job_.transfer->moved = std::move(why);
  ended_ = true;
}

} // namespace hearth::storage
