#include "storage/files/block_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <limits>

using namespace hearth::storage;
using hearth::testing::key;

TEST_CASE("Only names that the store itself would write are taken for its own") {
  const block_file_name name{0x1f, key(7)};
  const auto complete = to_string(name, block_file_kind::complete);
  CHECK(complete == "000000000000001f-" + to_hex(key(7)) + ".block");
  CHECK(parse_file_name(complete).kind == block_file_kind::complete);
  CHECK(parse_file_name(complete).name.sequence == 0x1f);
  CHECK(parse_file_name(complete).name.key == key(7));
  CHECK(parse_file_name(to_string(name, block_file_kind::unfinished)).kind == block_file_kind::unfinished);
  auto capital = complete;
  capital[15] = 'F';
  auto signed_number = complete;
  signed_number[0] = '-';
  auto beyond = complete; // 2^62: the first sequence that is never given out
  beyond[0] = '4';
  CHECK(to_string({sequence_end, key(7)}, block_file_kind::complete).starts_with("4000000000000000-"));
  CHECK(parse_file_name(to_string({sequence_end - 1, key(7)}, block_file_kind::complete)).name.sequence ==
        sequence_end - 1);
  for (const auto& text : {std::string{}, std::string{"x"}, complete + "x", complete.substr(1), capital, signed_number,
                           beyond, complete.substr(0, 81), complete.substr(0, 81) + ".tmp"})
    CHECK(parse_file_name(text).kind == block_file_kind::foreign);
}

TEST_CASE("A file takes whole units of the budget, and sizes beyond all disks do not wrap around") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(budget_bytes(block_file_length(1)) == 8192);
  CHECK(budget_bytes(block_file_length(4096)) == 8192);
  CHECK(budget_bytes(block_file_length(4097)) == 12'288);
  CHECK(budget_bytes(0) == 0);
  CHECK(block_file_length(most - 1) == most);
  CHECK(budget_bytes(most - 1) == most);
}
