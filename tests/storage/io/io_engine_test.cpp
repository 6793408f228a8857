#include "storage/io/io_engine.hpp"
#include "tests/storage/io/io_engine_worlds.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <type_traits>

using namespace hearth::storage;
using namespace hearth::testing;

TEMPLATE_TEST_CASE("Every job runs once and completes right after", "", virtual_engine, threads_engine, uring_engine) {
  journal seen;
  TestType io;
  std::vector<io_job> batch;
  for (int i = 0; i < 20; ++i)
    batch.push_back(seen.job(i % 2 == 0 ? io_kind::write : io_kind::metadata, std::to_string(i)));
  io.engine->submit(std::move(batch));
  io.settle();
  CHECK(io.engine->stop(for_ever));
  CHECK(io.engine->in_flight() == 0);
  const auto lines = seen.lines();
  CHECK(lines.size() == 40);
  for (int i = 0; i < 20; ++i) {
    auto told = lines;
    const auto name = std::to_string(i);
    std::erase_if(told, [&](const std::string& line) { return line != name && line != name + " done"; });
    CHECK(told == std::vector<std::string>{name, name + " done"});
  }
}

TEMPLATE_TEST_CASE("A transfer moves the bytes of all its parts, before the work that comes with it", "",
                   virtual_engine, threads_engine, uring_engine) {
  TestType io;
  const auto target = io.new_file();
  std::string text = "abcdefgh";
  const auto bytes = bytes_of(text);
  const auto out = std::make_shared<io_transfer>(io_transfer{target, 3, {bytes.first(2), bytes.subspan(4, 3)}});
  journal seen;
  auto write = seen.job(io_kind::write, "write");
  write.transfer = out;
  io.engine->submit(one(std::move(write)));
  io.settle();
  CHECK(out->moved.value() == 5);

  std::string first(4, '-');
  std::string second(9, '-');
  const auto in = std::make_shared<io_transfer>(io_transfer{target, 1, {bytes_of(first), bytes_of(second)}});
  io.engine->submit(one({io_kind::read, 13, [&] { seen.add(std::string{"has "} + first[3]); },
                         [&](bool ran) { seen.add(ran ? "read done" : "read refused"); }, in}));
  io.settle();
  CHECK(in->moved.value() == 7); // the file ends there
  CHECK(first == std::string("\0\0ab", 4));
  CHECK(second == "efg------");
  CHECK(seen.lines() == std::vector<std::string>{"write", "write done", "has b", "read done"});
}

TEMPLATE_TEST_CASE("A transfer that fails says so to the work that comes with it", "", virtual_engine, threads_engine,
                   uring_engine) {
  TestType io;
  std::string text = "abcd";
  const auto out = std::make_shared<io_transfer>(io_transfer{io.full_disk(), 0, {bytes_of(text)}});
  errc told = errc::none;
  io.engine->submit(one({io_kind::write, 4, [&] { told = out->moved.code(); }, [](bool) {}, out}));
  io.settle();
  CHECK(told == errc::no_space);
}

TEMPLATE_TEST_CASE("Waiting reads go ahead of waiting writes, and one kind keeps its order", "", virtual_engine,
                   threads_engine, uring_engine) {
  journal seen;
  TestType io;
  io.occupy();
  std::vector<io_job> batch;
  batch.push_back(seen.job(io_kind::write, "w1"));
  batch.push_back(seen.job(io_kind::write, "w2"));
  batch.push_back(seen.job(io_kind::read, "r"));
  io.engine->submit(std::move(batch));
  CHECK(seen.lines().empty());
  io.release();
  io.settle();
  // On threads, the reading thread may take the read while the other takes the writes; the writes keep their order.
  auto lines = seen.lines();
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("r"); });
  CHECK(lines == std::vector<std::string>{"w1", "w1 done", "w2", "w2 done"});
  if constexpr (std::is_same_v<TestType, virtual_engine>)
    CHECK(seen.lines().front() == "r");
}

TEMPLATE_TEST_CASE("A job that is cancelled before it starts completes in its turn and does nothing", "",
                   virtual_engine, threads_engine, uring_engine) {
  journal seen;
  TestType io;
  const auto target = io.new_file();
  const auto cancelled = std::make_shared<cancellation>(false);
  std::string text = "abcd";
  const auto out = std::make_shared<io_transfer>(io_transfer{target, 0, {bytes_of(text)}});
  io.occupy();
  std::vector<io_job> batch;
  batch.push_back(seen.job(io_kind::write, "cancelled"));
  batch.back().transfer = out;
  batch.back().cancelled = cancelled;
  batch.push_back(seen.job(io_kind::write, "wanted"));
  batch.back().cancelled = std::make_shared<cancellation>(false);
  io.engine->submit(std::move(batch));
  *cancelled = true;
  io.release();
  io.settle();
  const auto lines = seen.lines();
  CHECK(std::count(lines.begin(), lines.end(), "cancelled done") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "wanted") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "wanted done") == 1);
  CHECK(lines.size() == 3);
  CHECK(out->moved.value() == 0);
  CHECK(target->size().value() == 0);
  CHECK(io.engine->stop(for_ever));
  CHECK(io.engine->in_flight() == 0);
}

TEMPLATE_TEST_CASE("Submitting never completes a job by itself", "", virtual_engine, threads_engine, uring_engine) {
  static thread_local bool submitting = false;
  TestType io;
  std::atomic<bool> inside = false;
  const auto submit = [&] {
    auto batch = one({io_kind::read, 0, [] {}, [&](bool) { inside = inside || submitting; }});
    submitting = true;
    io.engine->submit(std::move(batch));
    submitting = false;
  };
  submit();
  io.settle();
  CHECK(io.engine->stop(for_ever));
  submit();
  io.settle();
  CHECK_FALSE(inside);
}

TEMPLATE_TEST_CASE("What waits when the engine stops is answered without having run, and so is what comes later", "",
                   virtual_engine, threads_engine, uring_engine) {
  journal seen;
  TestType io;
  io.occupy();
  io.engine->submit(one(seen.job(io_kind::write, "waiting")));
  io.engine->stop(std::chrono::nanoseconds{0});
  io.release();
  io.settle();
  CHECK(seen.lines() == std::vector<std::string>{"waiting refused"});
  io.engine->submit(one(seen.job(io_kind::read, "late")));
  io.settle();
  CHECK(seen.lines().back() == "late refused");
  CHECK(io.engine->stop(for_ever));
  CHECK(io.engine->in_flight() == 0);
}

TEMPLATE_TEST_CASE("A job that is no longer in flight owns nothing any more", "", virtual_engine, threads_engine,
                   uring_engine) {
  TestType io;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> left = owned;
  io.engine->submit(one({io_kind::read, 0, [owned] {}, [owned](bool) {}}));
  owned.reset();
  io.settle();
  CHECK(io.engine->stop(for_ever));
  CHECK(left.expired());
}

TEMPLATE_TEST_CASE("A completion may submit the next job", "", virtual_engine, threads_engine, uring_engine) {
  journal seen;
  TestType io;
  const auto go_on = [&](bool) { io.engine->submit(one(seen.job(io_kind::read, "next"))); };
  io.engine->submit(one({io_kind::write, 0, [] {}, go_on}));
  io.settle();
  CHECK(seen.lines() == std::vector<std::string>{"next", "next done"});
}

namespace {

/// Writes that block every writing thread until `free`.
struct hung_writes {
  explicit hung_writes(io_engine& engine, int threads) : at_work(threads), ended(threads) {
    for (int i = 0; i < threads; ++i)
      engine.submit(one({io_kind::write, 0,
                         [this] {
                           at_work.count_down();
                           back.wait();
                         },
                         [this](bool) { ended.count_down(); }}));
    at_work.wait();
  }
  void free() {
    disk.set_value();
    ended.wait();
  }

  std::latch at_work;
  std::latch ended;
  std::promise<void> disk;
  std::shared_future<void> back = disk.get_future().share();
};

} // namespace

TEST_CASE("Writes that hang on every thread hold up no read") {
  auto engine = make_io_threads({2, 0});
  hung_writes hung{*engine, 2};
  std::promise<void> read;
  engine->submit(one({io_kind::read, 0, [] {}, [&](bool) { read.set_value(); }}));
  read.get_future().wait();
  hung.free();
  CHECK(engine->stop(for_ever));
}

TEST_CASE("Stopping gives up on a job that hangs, answers what waits, and may be asked again later") {
  auto engine = make_io_threads({1, 0});
  hung_writes hung{*engine, 1};
  std::promise<bool> waiting;
  engine->submit(one({io_kind::write, 0, [] {}, [&](bool ran) { waiting.set_value(ran); }}));
  CHECK_FALSE(engine->stop(std::chrono::nanoseconds{0}));
  CHECK_FALSE(waiting.get_future().get());
  CHECK(engine->in_flight() >= 1); // `complete` runs just before the job counts as ended
  hung.free();
  CHECK(engine->stop(for_ever));
}

TEST_CASE("A job may own the last reference to its engine") { check_job_owns_last_reference(make_io_threads({1, 0})); }

TEST_CASE("Slowed writes hold up neither reads nor removals nor the end of the engine") {
  auto engine = make_io_threads({1, 1});
  std::promise<void> first;
  engine->submit(one({io_kind::write, 80'000, [] {}, [&](bool) { first.set_value(); }}));
  first.get_future().wait(); // the next write may start in 80,000 seconds
  std::promise<bool> second;
  engine->submit(one({io_kind::write, 1, [] {}, [&](bool ran) { second.set_value(ran); }}));
  for (auto kind : {io_kind::read, io_kind::metadata}) {
    std::promise<void> done;
    engine->submit(one({kind, 0, [] {}, [&](bool) { done.set_value(); }}));
    done.get_future().wait();
  }
  CHECK(engine->in_flight() >= 1);
  CHECK(engine->stop(for_ever));
  CHECK_FALSE(second.get_future().get());
}

TEST_CASE("Simulated jobs take their time one after the other, and not a moment less") {
  std::int64_t now = 1000;
  auto disk = make_memory_io([&] { return now; }, {100, 1'000'000'000, 500'000'000});
  CHECK_FALSE(disk->next_due_ns());
  disk->submit(one({io_kind::write, 50, [] {}, [](bool) {}})); // 100 + 50 bytes at 2 ns
  disk->submit(one({io_kind::read, 50, [] {}, [](bool) {}}));  // 100 + 50 bytes at 1 ns
  disk->submit(one({io_kind::metadata, 50, [] {}, [](bool) {}}));
  CHECK(disk->next_due_ns() == 1200);
  now = 1199;
  CHECK_FALSE(disk->step());
  now = 9000; // late: the disk continued meanwhile
  CHECK(disk->step());
  CHECK(disk->next_due_ns() == 1350);
  CHECK(disk->step());
  CHECK(disk->next_due_ns() == 1450);
  CHECK(disk->step());
  CHECK_FALSE(disk->step());
  CHECK(disk->in_flight() == 0);
}

TEST_CASE("A late read does not overtake a write that the simulated disk had started by then") {
  std::int64_t now = 0;
  auto disk = make_memory_io([&] { return now; }, {100, 0, 0});
  journal seen;
  disk->submit(one(seen.job(io_kind::write, "w1")));
  disk->submit(one(seen.job(io_kind::write, "w2")));
  now = 150; // w1 has ended, w2 is in progress
  disk->submit(one(seen.job(io_kind::read, "r")));
  now = 1000;
  while (disk->step()) {
  }
  CHECK(seen.lines() == std::vector<std::string>{"w1", "w1 done", "w2", "w2 done", "r", "r done"});
}

TEST_CASE("Nothing completes on a simulated disk that hangs; afterwards everything takes its time") {
  std::int64_t now = 0;
  auto disk = make_memory_io([&] { return now; }, {100, 0, 0});
  journal seen;
  disk->submit(one(seen.job(io_kind::write, "started")));
  disk->hang(true);
  disk->submit(one(seen.job(io_kind::write, "waiting")));
  now = 5000;
  CHECK_FALSE(disk->step());
  CHECK_FALSE(disk->next_due_ns());

  SECTION("when it comes back") {
    disk->hang(false);
    CHECK(disk->next_due_ns() == 5100);
    disk->latency({7, 0, 0});
    now = 5100;
    CHECK(disk->step());
    CHECK(disk->next_due_ns() == 5107);
  }
  SECTION("when the engine stops, the job at work is left behind") {
    CHECK_FALSE(disk->stop(std::chrono::seconds{1}));
    CHECK(seen.lines() == std::vector<std::string>{"waiting refused"});
    CHECK(disk->in_flight() == 1);
  }
}

TEST_CASE("A simulated engine waits, when it stops, for a job that ends within its owner's patience") {
  std::int64_t now = 0;
  auto disk = make_memory_io([&] { return now; }, {100, 0, 0});
  journal seen;
  disk->submit(one(seen.job(io_kind::write, "w")));
  CHECK_FALSE(disk->stop(std::chrono::nanoseconds{99}));
  CHECK(seen.lines().empty());
  CHECK(disk->stop(std::chrono::nanoseconds{100}));
  CHECK(seen.lines() == std::vector<std::string>{"w", "w done"});
}
