#include "storage/io/measured_io.hpp"

#include "tests/storage/io/io_engine_worlds.hpp"
#include "tests/support/catch.hpp"

#include <atomic>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// What was reported, and a clock that the test moves.
struct measurements {
  std::atomic<std::int64_t> now_ns{100};
  std::mutex mutex;
  std::vector<measured_transfer> seen;

  std::shared_ptr<io_engine> around(std::shared_ptr<io_engine> engine) {
    return make_measured_io(
        std::move(engine), [this] { return now_ns.load(); },
        [this](const measured_transfer& one) {
          std::lock_guard guard{mutex};
          seen.push_back(one);
        });
  }
};

io_job job_with(io_kind kind, std::shared_ptr<file> target, std::string& text, journal& told, const std::string& name) {
  auto job = told.job(kind, name);
  job.transfer = std::make_shared<io_transfer>(io_transfer{std::move(target), 0, {bytes_of(text)}});
  return job;
}

} // namespace

TEMPLATE_TEST_CASE("Each read and write is reported with its time and bytes, before it completes", "", virtual_engine,
                   threads_engine, uring_engine) {
  TestType io;
  measurements measured;
  const auto engine = measured.around(io.engine);
  const auto target = io.new_file();
  journal told;
  std::string out = "abcdef", in(20, '-');
  engine->submit(one(job_with(io_kind::write, target, out, told, "write")));
  measured.now_ns += 7;
  io.settle();
  engine->submit(one(job_with(io_kind::read, target, in, told, "read")));
  io.settle();
  engine->submit(one(told.job(io_kind::metadata, "sync")));
  io.settle();
  CHECK(told.lines().size() == 6);
  REQUIRE(measured.seen.size() == 2);
  CHECK(measured.seen[0].kind == io_kind::write);
  CHECK(measured.seen[0].bytes == 6);
  CHECK(measured.seen[0].ns <= 7); // an engine with threads may have ended it before the clock moved
  CHECK(measured.seen[1].kind == io_kind::read);
  CHECK(measured.seen[1].bytes == 6); // the file ends there
  CHECK(measured.seen[1].ns == 0);
  CHECK(engine->stop(for_ever));
  CHECK(engine->in_flight() == 0);
}

TEST_CASE("In virtual time a write takes as long as the clock says") {
  virtual_engine io;
  measurements measured;
  const auto engine = measured.around(io.engine);
  journal told;
  std::string out = "abc";
  engine->submit(one(job_with(io_kind::write, io.new_file(), out, told, "write")));
  measured.now_ns += 42;
  io.settle();
  REQUIRE(measured.seen.size() == 1);
  CHECK(measured.seen[0].ns == 42);
}

TEST_CASE("A failed write is reported without bytes; cancelled and stopped jobs are not reported") {
  virtual_engine io;
  measurements measured;
  const auto engine = measured.around(io.engine);
  journal told;
  std::string out = "abc";
  const auto target = io.full_disk(); // the next write finds no space
  engine->submit(one(job_with(io_kind::write, target, out, told, "full")));
  io.settle();
  REQUIRE(measured.seen.size() == 1);
  CHECK(measured.seen[0].bytes == 0);

  auto cancelled = job_with(io_kind::read, target, out, told, "cancelled");
  cancelled.cancelled = std::make_shared<cancellation>(true);
  engine->submit(one(std::move(cancelled)));
  io.settle();
  CHECK(engine->stop(for_ever));
  engine->submit(one(job_with(io_kind::read, target, out, told, "late")));
  io.settle();
  CHECK(measured.seen.size() == 1);
  CHECK(told.lines().back() == "late refused");
}
