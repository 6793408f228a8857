#include "storage/io/io_uring.hpp"
#include "tests/storage/io/uring_worlds.hpp"

#include <atomic>
#include <cstring>
#include <limits.h>
#include <numeric>
#include <thread>
#include <type_traits>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

struct disk_files {
  temporary_directory directory;
  std::shared_ptr<file_system> disk = make_posix_file_system();

  std::shared_ptr<file> make(caching cache = caching::kernel) {
    return disk->open(directory.path() + "/" + std::to_string(next++), open_mode::create, cache).value();
  }
  int next = 0;
};

} // namespace

TEST_CASE("More parts than one system call takes are moved in their order") {
  disk_files files;
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  const auto target = files.make();
  std::string written(std::size_t{3} * IOV_MAX, '-');
  std::iota(written.begin(), written.end(), 'a');
  std::string read(written.size(), '-');
  for (auto kind : {io_kind::write, io_kind::read}) {
    auto bytes = bytes_of(kind == io_kind::write ? written : read);
    const auto moved = std::make_shared<io_transfer>(io_transfer{target, 5, {}});
    for (std::size_t i = 0; !bytes.empty(); i = (i + 1) % 3) { // of 0, 1 and 2 bytes: 3,072 parts, 2,048 with bytes
      moved->parts.push_back(bytes.first(std::min(i, bytes.size())));
      bytes = bytes.subspan(moved->parts.back().size());
    }
    std::promise<void> done;
    engine->submit(one({kind, written.size(), {}, [&](bool) { done.set_value(); }, moved}));
    done.get_future().wait();
    CHECK(moved->moved.value() == written.size());
  }
  CHECK(read == written);
  CHECK(target->size().value() == written.size() + 5);
}

TEST_CASE("A read that reaches the end of the file says how far it came, past the page cache and through it") {
  disk_files files;
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  for (auto cache : {caching::direct, caching::kernel}) {
    const auto target = files.make(cache);
    const auto memory = std::make_unique<std::byte[]>(5 * direct_alignment);
    void* aligned = memory.get();
    auto space = 5 * direct_alignment;
    REQUIRE(std::align(direct_alignment, 4 * direct_alignment, aligned, space) != nullptr);
    const std::span<std::byte> bytes{static_cast<std::byte*>(aligned), 4 * direct_alignment};
    std::memset(aligned, 'x', bytes.size());
    REQUIRE(target->reserve(10'000));
    for (std::uint64_t offset : {0, 4096, 8192, 12'288}) {
      const auto in = std::make_shared<io_transfer>(io_transfer{target, offset, {bytes.first(4096), bytes.last(8192)}});
      std::promise<void> done;
      engine->submit(one({io_kind::read, bytes.size(), {}, [&](bool) { done.set_value(); }, in}));
      done.get_future().wait();
      CHECK(in->moved.value() == (offset > 10'000 ? 0 : 10'000 - offset));
      CHECK(in->moved.value() == target->read(offset, in->parts).value());
    }
  }
}

TEST_CASE("A transfer in pieces continues until it is complete or the input ends") {
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  test_pipe pipe;
  text_transfer whole{io_kind::read, pipe.out, 0, "--------"};
  engine->submit(one(whole.job()));
  pipe.put("abc");
  pipe.put("defgh");
  CHECK(whole.ran());
  CHECK(whole.moved().value() == 8);
  CHECK(whole.text() == "abcdefgh");

  text_transfer cut{io_kind::read, pipe.out, 0, "--------"};
  engine->submit(one(cut.job()));
  pipe.put("ijk");
  pipe.in.reset();
  CHECK(cut.ran());
  CHECK(cut.moved().value() == 3);
  CHECK(cut.text() == "ijk-----");

  test_pipe narrow; // takes 4,096 bytes at a time
  text_transfer large{io_kind::write, narrow.in, 0, std::string(3 * test_pipe::bytes, 'x')};
  engine->submit(one(large.job()));
  for (int i = 0; i < 3; ++i)
    narrow.drain();
  CHECK(large.ran());
  CHECK(large.moved().value() == 3 * test_pipe::bytes);
}

TEST_CASE("Thousands of transfers at once go through a kernel that may have four") {
  disk_files files;
  const auto engine = uring_or_nothing({4, 4, 2, 1, 0});
  if (!engine)
    return;
  constexpr std::size_t count = 5000;
  const auto target = files.make();
  std::vector<std::uint64_t> written(count);
  std::vector<std::uint64_t> read(count);
  std::iota(written.begin(), written.end(), 1);
  for (auto kind : {io_kind::write, io_kind::read}) {
    auto& numbers = kind == io_kind::write ? written : read;
    std::latch done{count};
    std::atomic<std::size_t> whole = 0;
    std::vector<io_job> batch;
    for (std::size_t i = 0; i < count; ++i) {
      const auto part = std::as_writable_bytes(std::span{numbers}.subspan(i, 1));
      auto moved = std::make_shared<io_transfer>(io_transfer{target, i * part.size(), {part}});
      batch.push_back({kind, part.size(), [&, moved, part] { whole += moved->moved.value() == part.size() ? 1 : 0; },
                       [&](bool) { done.count_down(); }, moved});
    }
    engine->submit(std::move(batch));
    done.wait();
    CHECK(whole == count);
  }
  CHECK(read == written);
  CHECK(engine->stop(for_ever));
}

TEST_CASE("Many threads may submit at once") {
  disk_files files;
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  const auto target = files.make();
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const auto offset = static_cast<std::uint64_t>(t) * 1000;
        const auto text = std::to_string(1000 + i);
        text_transfer out{io_kind::write, target, offset, text};
        text_transfer in{io_kind::read, target, offset, "----"};
        engine->submit(one(out.job()));
        wrong += out.ran() ? 0 : 1;
        engine->submit(one(in.job()));
        wrong += in.ran() && in.text() == text ? 0 : 1;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("Jobs that are nothing for the kernel run beside its own") {
  const auto engine = uring_or_nothing({1, 1, 1, 1, 0});
  if (!engine)
    return;
  test_pipe pipe;
  text_transfer hung{io_kind::read, pipe.out, 0, "-"};
  engine->submit(one(hung.job()));
  memory_files memory;
  std::vector<io_job> batch;
  std::promise<bool> removed;
  text_transfer in_memory{io_kind::write, memory.new_file(), 0, "abc"};
  text_transfer empty{io_kind::write, device("/dev/null", O_WRONLY), 0, ""};
  batch.push_back({io_kind::metadata, 0, [] {}, [&](bool ran) { removed.set_value(ran); }});
  batch.push_back(in_memory.job());
  batch.push_back(empty.job()); // no bytes: no system call, but still no completion inside `submit`
  engine->submit(std::move(batch));
  CHECK(removed.get_future().get());
  CHECK(in_memory.ran());
  CHECK(in_memory.moved().value() == 3);
  CHECK(empty.ran());
  CHECK(empty.moved().value() == 0);
  pipe.put("x");
  CHECK(hung.ran());
}

TEST_CASE("Slowed writes of the kernel's hold up neither its reads nor the end of the engine") {
  disk_files files;
  const auto engine = uring_or_nothing({4, 4, 1, 1, 1}); // at one byte per second, the next write starts a second later
  if (!engine)
    return;
  const auto target = files.make();
  CHECK(text_transfer{io_kind::write, target, 0, std::string(80'000, 'x')}.through(*engine).ok());
  text_transfer second{io_kind::write, target, 0, "y"};
  engine->submit(one(second.job()));
  CHECK(text_transfer{io_kind::read, target, 0, "--"}.through(*engine).value() == 2);
  CHECK(engine->in_flight() >= 1);
  CHECK(engine->stop(for_ever));
  CHECK_FALSE(second.ran());
}

TEST_CASE("Settings out of their range are refused by name") {
  for (auto [config, field] : {std::pair{io_uring_config{0, 8, 1, 2, 0}, "reads_max"},
                               {io_uring_config{64, 1025, 1, 2, 0}, "writes_max"},
                               {io_uring_config{64, 8, 9, 2, 0}, "writes_beside_reads"},
                               {io_uring_config{64, 8, 0, 2, 0}, "writes_beside_reads"},
                               {io_uring_config{64, 8, 1, 0, 0}, "threads"}}) {
    const auto made = make_io_uring(config);
    CHECK(made.code() == errc::invalid_argument);
    CHECK(made.error().context.find(field) != std::string::npos);
  }
  CHECK(io_uring_config{}.validate());
}
