#include "storage/memory/buffer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/text_files.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

using namespace hearth::storage;
using hearth::testing::bytes_of;

namespace {

/// Destroyed after everything that a test creates, and after a pool if a pool were ever destroyed.
buffer last_of_all;

bool aligned(const void* address) { return reinterpret_cast<std::uintptr_t>(address) % buffer_alignment == 0; }

} // namespace

TEST_CASE("Fresh bytes are aligned, and padded with zeroes to whole units") {
  const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{4097});
  auto fresh = mutable_buffer::allocate(size);
  REQUIRE(fresh);
  CHECK(fresh->bytes().size() == size);
  CHECK(aligned(fresh->bytes().data()));
  const auto padded = fresh->padded_bytes();
  CHECK(padded.size() % buffer_alignment == 0);
  CHECK(padded.size() >= std::max<std::size_t>(size, 1));
  CHECK(std::all_of(padded.begin() + static_cast<std::ptrdiff_t>(size), padded.end(),
                    [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("The padding is zero in memory that was used before as well") {
  {
    auto used = mutable_buffer::allocate(2 * buffer_alignment);
    REQUIRE(used);
    std::ranges::fill(used->padded_bytes(), std::byte{0xff});
  }
  auto fresh = mutable_buffer::allocate(buffer_alignment + 5);
  REQUIRE(fresh);
  const auto padding = fresh->padded_bytes().subspan(fresh->bytes().size());
  CHECK(padding.size() == buffer_alignment - 5);
  CHECK(std::ranges::all_of(padding, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_CASE("Publishing hands the very same memory over") {
  auto fresh = mutable_buffer::allocate(3);
  REQUIRE(fresh);
  const auto* memory = fresh->bytes().data();
  std::fill(fresh->bytes().begin(), fresh->bytes().end(), std::byte{7});
  const auto published = std::move(*fresh).publish();
  CHECK(published.bytes().data() == memory);
  CHECK(published.bytes()[2] == std::byte{7});
  CHECK(published.padded_bytes().data() == memory);
  CHECK(fresh->bytes().empty());
}

TEST_CASE("Copies of a buffer share its memory, which outlives the first owner") {
  auto first = buffer::copy_of(bytes_of("hello")).value();
  const auto* memory = first.bytes().data();
  const buffer second = first;
  buffer third;
  third = second;
  first = {};
  CHECK(first.empty());
  CHECK(second.bytes().data() == memory);
  CHECK(std::ranges::equal(third.bytes(), bytes_of("hello")));
  const buffer moved = std::move(third);
  CHECK(third.empty());
  CHECK(moved.size() == 5);
}

TEST_CASE("Assigning a buffer to itself keeps it") {
  auto one = buffer::copy_of(bytes_of("x")).value();
  const auto& same = one;
  one = same;
  CHECK(one.size() == 1);
}

TEST_CASE("An empty buffer has no bytes, copied or not") {
  CHECK(buffer{}.bytes().empty());
  CHECK(buffer{}.padded_bytes().empty());
  CHECK(buffer::copy_of({}).value().empty());
}

TEST_CASE("Sizes that no memory can hold are refused") {
  CHECK(mutable_buffer::allocate(std::numeric_limits<std::size_t>::max()).code() == errc::no_memory);
  CHECK(mutable_buffer::allocate(std::numeric_limits<std::size_t>::max() / 2 + 1).code() == errc::no_memory);
}

TEST_CASE("A buffer may be freed while the program ends") {
  last_of_all = buffer::copy_of(bytes_of("still here")).value(); // if this fails, the program crashes at its end
  CHECK(last_of_all.size() == 10);
}
