#include "storage/io/transfer_queue.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace hearth::storage;

namespace {

constexpr transfer_queue::time_point start{};

/// Jobs are identified by their bytes.
io_job job(io_kind kind, std::uint64_t bytes) {
  return {kind, bytes, {}, [](bool) {}};
}

/// Takes all jobs that may start now: "r1 w2" is a read of 1 byte and a write of 2.
std::string started(transfer_queue& queue, transfer_queue::time_point now = start) {
  std::string text;
  while (const auto next = queue.next(now))
    text +=
        (text.empty() ? "" : " ") + std::string{next->kind == io_kind::read ? "r" : "w"} + std::to_string(next->bytes);
  return text;
}

} // namespace

TEST_CASE("Transfers start in their order, reads first, as many as the kernel may have") {
  transfer_queue queue{{2, 2, 2, 1, 0}};
  for (std::uint64_t i = 1; i <= 3; ++i) {
    queue.push(job(io_kind::write, i));
    queue.push(job(io_kind::read, i));
  }
  CHECK(started(queue) == "r1 r2 w1 w2");
  CHECK(started(queue).empty());
  queue.ended(io_kind::write);
  CHECK(started(queue) == "w3");
  queue.ended(io_kind::read);
  CHECK(started(queue) == "r3");
}

TEST_CASE("The writer yields to readers: beside reads that wait or run, and soon after, only a few writes start") {
  transfer_queue queue{{1, 4, 1, 1, 0}};
  for (std::uint64_t i = 1; i <= 6; ++i)
    queue.push(job(io_kind::write, i));
  CHECK(started(queue) == "w1 w2 w3 w4"); // no read waits
  queue.push(job(io_kind::read, 1));
  CHECK(started(queue) == "r1");
  for (int i = 0; i < 3; ++i)
    queue.ended(io_kind::write);
  CHECK(started(queue).empty()); // one write is left, next to the read
  queue.ended(io_kind::write);
  CHECK(started(queue) == "w5");
  CHECK_FALSE(queue.due()); // time alone does not start the next one
  const auto later = start + std::chrono::seconds{1};
  CHECK(started(queue, later).empty()); // the read is still in progress
  queue.ended(io_kind::read);
  CHECK(started(queue, later + transfer_queue::after_reads / 2).empty()); // another read may follow soon
  CHECK_FALSE(queue.due());
  CHECK(started(queue, later + transfer_queue::after_reads) == "w6");
}

TEST_CASE("A write that yields starts when the one before it has ended, however soon another read may come") {
  transfer_queue queue{{1, 4, 1, 1, 0}};
  queue.push(job(io_kind::read, 1));
  queue.push(job(io_kind::write, 1));
  queue.push(job(io_kind::write, 2));
  CHECK(started(queue) == "r1 w1");
  queue.ended(io_kind::read);
  CHECK(started(queue).empty());
  queue.ended(io_kind::write);
  CHECK(started(queue) == "w2");
}

TEST_CASE("A write that is paced lets the next one start when its bytes have had their time") {
  transfer_queue queue{{1, 4, 4, 1, 1000}};
  CHECK_FALSE(queue.due());
  queue.push(job(io_kind::write, 2000));
  queue.push(job(io_kind::write, 1));
  CHECK(started(queue) == "w2000");
  CHECK(queue.due() == start + std::chrono::seconds{2});
  queue.push(job(io_kind::read, 5));
  CHECK(started(queue, start + std::chrono::milliseconds{1999}) == "r5"); // reads are not paced
  CHECK(started(queue, start + std::chrono::seconds{2}) == "w1");
  CHECK_FALSE(queue.due());
}

TEST_CASE("What has not started can be taken back") {
  transfer_queue queue{{1, 1, 1, 1, 0}};
  for (std::uint64_t i = 1; i <= 2; ++i) {
    queue.push(job(io_kind::write, i));
    queue.push(job(io_kind::read, i));
  }
  CHECK(started(queue) == "r1 w1");
  CHECK(queue.withdraw()->kind == io_kind::read);
  CHECK(queue.withdraw()->kind == io_kind::write);
  CHECK_FALSE(queue.withdraw());
}
