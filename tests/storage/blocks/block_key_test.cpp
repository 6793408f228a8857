#include "storage/blocks/block_key.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <vector>

using namespace hearth::storage;

namespace {
const std::vector<std::uint32_t> tokens{1, 2, 3};
}

TEST_CASE("A key is the SHA-256 that an independent tool computes over the documented bytes") {
  // Expected value: printf 'hearth-block-key-1' and the parts in the layout of block_key.hpp, piped through sha256sum.
  CHECK(to_hex(derive_key("model-a", std::nullopt, tokens, "tenant")) ==
        "ef205dbe47c4e5801a9ff4580dbbac3b4ebc79df9a5b6ad47788cd5374ac9687");
}

TEST_CASE("Two inputs that differ in one part have different keys") {
  const auto head = derive_key("m", std::nullopt, tokens);
  const std::set<block_key> keys{
      head,
      derive_key("n", std::nullopt, tokens),
      derive_key("m", head, tokens),
      derive_key("m", block_key{}, tokens),
      derive_key("m", std::nullopt, std::vector<std::uint32_t>{1, 2}),
      derive_key("m", std::nullopt, std::vector<std::uint32_t>{}),
      derive_key("m", std::nullopt, tokens, "salt"),
      derive_key("ms", std::nullopt, tokens, "alt"),
  };
  CHECK(keys.size() == 8);
}

TEST_CASE("A key survives the way through hexadecimal, and nothing else is taken for one") {
  const auto key = derive_key("m", std::nullopt, tokens);
  CHECK(key_from_hex(to_hex(key)) == key);
  CHECK_FALSE(key_from_hex(""));
  CHECK_FALSE(key_from_hex(to_hex(key) + "0"));
  CHECK_FALSE(key_from_hex("g" + to_hex(key).substr(1)));
}
