#include "storage/io/io_uring.hpp"
#include "tests/storage/io/uring_worlds.hpp"

#include <array>
#include <csignal>
#include <thread>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// Limits the file size of this process to `bytes`; a write beyond fails instead of killing the process.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) : signalled_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  file_size_limit(const file_size_limit&) = delete;
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signalled_);
  }

private:
  rlimit before_{};
  void (*signalled_)(int);
};

/// Makes io_uring_setup fail with `error` on this thread from now on, as in a container that forbids it.
bool forbid_io_uring(int error) {
  const auto no = SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
  std::array<sock_filter, 4> filter{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
                                     BPF_STMT(BPF_RET | BPF_K, no), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog program{filter.size(), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

} // namespace

TEST_CASE("A transfer fails as the file's own read and write do, and names the file") {
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  const auto disk = make_posix_file_system();
  const temporary_directory directory;
  const auto path = directory.path() + "/a";
  std::shared_ptr<file> target = disk->open(path, open_mode::create).value();
  auto kind = io_kind::write;
  std::uint64_t offset = 0;
  std::string text(10, 'x');
  std::unique_ptr<file_size_limit> limit;
  SECTION("when the disk is full") { target = device("/dev/full", O_RDWR); }
  SECTION("when it is open for reading only") { target = disk->open(path, open_mode::read).value(); }
  SECTION("when no file may be that long") {
    limit = std::make_unique<file_size_limit>(4096);
    offset = 4096;
  }
  SECTION("when a part of it would be too long") {
    limit = std::make_unique<file_size_limit>(4096);
    offset = 4090;
  }
  SECTION("when offset and memory are not aligned past the page cache") {
    REQUIRE(target->reserve(8192));
    target = disk->open(path, open_mode::read_write, caching::direct).value();
    kind = io_kind::read;
    offset = 1;
  }
  SECTION("when no file has such an offset") {
    kind = io_kind::read;
    offset = std::uint64_t{1} << 63;
  }
  text_transfer transfer{kind, target, offset, text};
  const auto& moved = transfer.through(*engine);

  std::array parts{bytes_of(text)};
  const std::array<std::span<const std::byte>, 1> same{parts[0]};
  const auto expected = kind == io_kind::read ? target->read(offset, parts).code() : target->write(offset, same).code();
  CHECK(moved.code() == expected);
  if (!moved)
    CHECK(moved.error().context.find(target->path()) == 0);
}

TEST_CASE("A file that has been closed behind its back is an error, not a hang") {
  const auto engine = uring_or_nothing();
  if (!engine)
    return;
  constexpr int nobody = 1'000'000;
  for (auto kind : {io_kind::read, io_kind::write}) {
    text_transfer transfer{kind, std::make_shared<handle_file>(descriptor{nobody}, "/gone"), 0, "x"};
    const auto& moved = transfer.through(*engine);
    CHECK(moved.code() == errc::io);
    CHECK(moved.error().context.find("/gone: io_uring p") == 0);
  }
}

TEST_CASE("Writes that hang hold up no read, and reads that hang no write") {
  const auto engine = uring_or_nothing({1, 1, 1, 1, 0});
  if (!engine)
    return;
  const auto hangs = GENERATE(io_kind::read, io_kind::write);
  test_pipe pipe;
  pipe.fill();
  test_pipe empty;
  text_transfer hung{hangs, hangs == io_kind::read ? empty.out : pipe.in, 0, "-"};
  engine->submit(one(hung.job()));
  const auto zero = device("/dev/zero", O_RDWR);
  text_transfer passes{hangs == io_kind::read ? io_kind::write : io_kind::read, zero, 0, "-"};
  CHECK(passes.through(*engine).value() == 1);
  empty.put("x");
  pipe.drain();
  CHECK(hung.ran());
  CHECK(engine->stop(for_ever));
}

TEST_CASE("Stopping gives up on a transfer that hangs, answers what waits, and may be asked again later (io_uring)") {
  const auto engine = uring_or_nothing({1, 1, 1, 1, 0});
  if (!engine)
    return;
  test_pipe pipe;
  text_transfer sure{io_kind::read, pipe.out, 0, "-"};
  text_transfer hung{io_kind::read, pipe.out, 0, "-"};
  text_transfer waiting{io_kind::read, pipe.out, 0, "-"};
  std::vector<io_job> batch;
  for (const auto* transfer : {&sure, &hung, &waiting})
    batch.push_back(transfer->job());
  engine->submit(std::move(batch));
  pipe.put("a");
  CHECK(sure.ran()); // so the kernel has the next job: it is submitted before this completion
  CHECK_FALSE(engine->stop(std::chrono::nanoseconds{0}));
  CHECK_FALSE(waiting.ran());
  CHECK(engine->in_flight() >= 1); // `complete` runs just before the job counts as ended
  text_transfer late{io_kind::read, pipe.out, 0, "-"};
  engine->submit(one(late.job()));
  CHECK_FALSE(late.ran());
  pipe.put("b");
  CHECK(hung.ran());
  CHECK(hung.text() == "b");
  CHECK(engine->stop(for_ever));
}

TEST_CASE(
    "A transfer that hangs keeps its file and its memory until the kernel lets go, whatever became of the engine") {
  auto engine = uring_or_nothing();
  if (!engine)
    return;
  test_pipe pipe;
  auto hung = std::make_unique<text_transfer>(io_kind::read, pipe.out, 0, "-");
  const std::weak_ptr<file> left = pipe.out;
  std::promise<bool> ended;
  auto job = hung->job();
  job.complete = [&, kept = job.complete, seen = job.transfer](bool ran) {
    kept(ran);
    const bool right = seen->moved.value() == 1 && seen->parts[0][0] == std::byte{'a'};
    thread_local std::shared_ptr<void> until_the_thread_ends;
    until_the_thread_ends = {nullptr, [&, right](void*) { ended.set_value(right); }};
  };
  engine->submit(one(std::move(job)));
  job = {};
  hung.reset();
  pipe.out.reset();

  // A completion of the engine is its last owner, and no other thread waits for it.
  text_transfer last{io_kind::read, device("/dev/zero", O_RDONLY), 0, "-"};
  auto end = last.job();
  std::promise<void> gone;
  const std::weak_ptr<io_engine> engine_left = engine;
  end.complete = [owner = engine, &gone](bool) mutable {
    owner.reset();
    gone.set_value();
  };
  auto* raw = engine.get();
  engine.reset();
  raw->submit(one(std::move(end)));
  gone.get_future().wait();
  CHECK(engine_left.expired());
  CHECK_FALSE(left.expired());
  pipe.put("a");
  CHECK(ended.get_future().get()); // then the detached thread has ended as well
  CHECK(left.expired());
}

TEST_CASE("The last owner of an engine may be a job on one of its other threads") {
  if (auto engine = uring_or_nothing())
    check_job_owns_last_reference(std::move(engine));
}

TEST_CASE("A kernel that has no io_uring or forbids it is unsupported, with the reason") {
  if (!uring_or_nothing())
    return;
  for (auto [error, reason] : {std::pair{EPERM, "seccomp"}, {ENOSYS, "Linux 5.11"}}) {
    bool forbidden = false;
    result<std::shared_ptr<io_engine>> made{errc::closed, "not tried"};
    std::thread{[&, failed = error] {
      forbidden = forbid_io_uring(failed);
      made = make_io_uring({});
    }}.join();
    if (!forbidden) {
      WARN("seccomp filters are not allowed here");
      continue;
    }
    CHECK(made.code() == errc::unsupported);
    CHECK(made.error().context.find(reason) != std::string::npos);
  }
}
