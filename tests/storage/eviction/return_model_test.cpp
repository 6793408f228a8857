#include "storage/eviction/return_model.hpp"
#include "tests/support/catch.hpp"

#include <memory>

using namespace hearth::storage;

namespace {

constexpr auto eager = return_model::traits{4, 1, 20, 2};
constexpr auto single = return_model::traits{4, 30, 0, 1};

/// Requests this many blocks of a class. `back` of them are requested again in the bin; the others grow to that age.
void observe(return_model& model, std::size_t kind, std::size_t blocks, std::size_t back, std::size_t bin) {
  model.waits(kind, blocks);
  for (std::size_t next = 1; next <= bin; ++next)
    model.ages(kind, next, blocks);
  for (std::size_t i = 0; i < back; ++i)
    model.returns(kind, bin);
  for (auto next = bin + 1; next < return_model::bins; ++next)
    model.ages(kind, next, blocks - back);
}

} // namespace

TEST_CASE("Every age is in the bin whose first age it has reached, and not the next one's") {
  for (std::uint64_t age = 1; age < 5000; ++age) {
    const auto bin = return_model::bin_of(age);
    CHECK(return_model::first_age(bin) <= age);
    CHECK(return_model::first_age(bin + 1) > age);
  }
  CHECK(return_model::bin_of(0) == 0);
  CHECK(return_model::bin_of(~std::uint64_t{0}) == return_model::bins - 1);
}

TEST_CASE("Classes are told apart by each trait, and there are no more than there are") {
  const auto base = return_model::class_of({4, 8, 2, 1});
  CHECK(return_model::class_of({0, 8, 2, 1}) != base);
  CHECK(return_model::class_of({4, 1, 2, 1}) != base);
  CHECK(return_model::class_of({4, 8, 9, 1}) != base);
  CHECK(return_model::class_of({4, 8, 2, 2}) != base);
  CHECK(return_model::class_of({1'000'000, 1'000'000, 1'000'000, 1'000'000}) == return_model::classes - 1);
  CHECK(return_model::class_of({0, 0, 0, 0}) == 0);
}

TEST_CASE("Knowing nothing, all classes are worth the same, and less with age") {
  const auto model = std::make_unique<return_model>();
  model->learn();
  for (std::size_t bin = 0; bin + 1 < return_model::bins; ++bin) {
    CHECK(model->worth(0, bin) == model->worth(return_model::classes - 1, bin));
    CHECK(model->worth(0, bin + 1) < model->worth(0, bin));
  }
}

TEST_CASE("Blocks of a class that returned are worth more until the time of return has passed") {
  const auto model = std::make_unique<return_model>();
  observe(*model, return_model::class_of(eager), 1000, 800, 12);
  observe(*model, return_model::class_of(single), 1000, 10, 12);
  model->learn();
  const auto often = return_model::class_of(eager);
  const auto seldom = return_model::class_of(single);
  CHECK(model->worth(often, 0) > 10 * model->worth(seldom, 0));
  CHECK(model->worth(often, 11) > model->worth(often, 0)); // closer to the return
  CHECK(model->worth(often, 14) < model->worth(often, 0) / 10);
}

TEST_CASE("A block that was forgotten early says little about whether it would have returned") {
  const auto censored = std::make_unique<return_model>();
  const auto waited = std::make_unique<return_model>();
  const auto kind = return_model::class_of(eager);
  for (auto* model : {censored.get(), waited.get()})
    observe(*model, kind, 200, 100, 12);
  censored->waits(kind, 1000);
  for (int i = 0; i < 1000; ++i)
    censored->forgotten(kind, 0);
  observe(*waited, kind, 1000, 0, 12);
  for (auto* model : {censored.get(), waited.get()})
    model->learn();
  CHECK(censored->worth(kind, 0) > 3 * waited->worth(kind, 0));
}

TEST_CASE("However many blocks were forgotten, those that are forgotten next still count") {
  const auto model = std::make_unique<return_model>();
  const auto kind = return_model::class_of(single);
  observe(*model, kind, 1000, 1000, 12);
  const auto forget = [&](unsigned blocks) { // none of these returned
    for (unsigned i = 0; i < blocks; ++i) {
      model->waits(kind);
      model->ages(kind, 1, 1);
      model->forgotten(kind, 1);
      if (i % 100'000 == 0)
        model->learn();
    }
    model->learn();
    return model->worth(kind, 0);
  };
  const auto before = forget(1u << 24);
  CHECK(forget(1u << 24) < 0.6 * before);
}

TEST_CASE("However many blocks wait, one more is counted and is not lost again") {
  const auto model = std::make_unique<return_model>();
  const auto same = std::make_unique<return_model>();
  const auto kind = return_model::class_of(single);
  for (auto* each : {model.get(), same.get()})
    observe(*each, return_model::class_of(eager), 1000, 800, 12);
  model->waits(kind, 1u << 24);
  for (int i = 0; i < 1'000'000; ++i)
    model->waits(kind);
  same->waits(kind, (1u << 24) + 1'000'000);
  for (auto* each : {model.get(), same.get()})
    each->learn();
  CHECK(model->worth(kind, 0) == same->worth(kind, 0));
}
