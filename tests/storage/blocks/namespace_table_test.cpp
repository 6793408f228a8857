#include "storage/blocks/namespace_table.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

TEST_CASE("A name keeps its number, and numbers count up from nought") {
  namespace_table table;
  CHECK(table.intern("a").value() == 0);
  CHECK(table.intern("b").value() == 1);
  CHECK(table.intern("a").value() == 0);
  CHECK(table.find("b") == namespace_id{1});
  CHECK_FALSE(table.find("c"));
  CHECK(table.name(1) == "b");
  CHECK(table.names() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("A full table refuses new names, names the one and keeps serving the others") {
  namespace_table table{2};
  REQUIRE(table.intern("a"));
  REQUIRE(table.intern("b"));
  const auto refused = table.intern("model-c");
  REQUIRE(refused.code() == errc::overloaded);
  CHECK(refused.error().context.find("\"model-c\"") != std::string::npos);
  CHECK(refused.error().context.find("namespaces_max = 2") != std::string::npos);
  CHECK(table.intern("b").value() == 1);
  CHECK(table.names().size() == 2);
}

TEST_CASE("Names that JSON, a label or a person could misread are refused") {
  namespace_table table;
  for (const auto& name :
       {std::string{}, std::string{"*"}, std::string{"a\"b"}, std::string{"a\\b"}, std::string{"a\nb"},
        std::string{"a\0b", 3}, std::string{"\x7f"}, std::string{"\xc3\xa4"}, std::string(256, 'n')})
    CHECK(table.intern(name).code() == errc::invalid_argument);
  CHECK(table.names().empty());
  CHECK(table.intern(std::string(255, 'n')));
  CHECK(table.intern("**"));
  CHECK(table.intern("org/model 7B (bf16)"));
}

TEST_CASE("What was found is unclaimed until somebody names it, and claimed from then on") {
  namespace_table table{3};
  REQUIRE(table.claim("default").value() == 0);
  REQUIRE(table.intern("b").value() == 1);
  REQUIRE(table.intern("c").value() == 2);
  CHECK(table.intern("default").value() == 0);
  CHECK(table.unclaimed() == std::vector<namespace_id>{1, 2});
  CHECK(table.claim("d").code() == errc::overloaded);
  CHECK(table.claim("b").value() == 1);
  CHECK(table.intern("b").value() == 1);
  CHECK(table.unclaimed() == std::vector<namespace_id>{2});
}
