#include "actors/host/admin/answer_box.hpp"
#include "tests/support/catch.hpp"

#include <thread>

#include <poll.h>

using namespace hearth;

namespace {

bool readable(int event) {
  pollfd watched{event, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

} // namespace

TEST_CASE("An answer arrives once, from any thread, with the number of its request") {
  const auto box = answer_box::make().value();
  auto respond = box->responder(7);
  CHECK_FALSE(readable(box->event()));
  std::thread{[respond] { respond({.status = 201, .body = "made"}); }}.join();
  respond({.status = 202});
  CHECK(readable(box->event()));
  const auto arrived = box->take();
  REQUIRE(arrived.size() == 1);
  CHECK(arrived[0].request == 7);
  CHECK(arrived[0].response.status == 201);
  CHECK(arrived[0].response.body == "made");
  CHECK_FALSE(readable(box->event()));
  respond = nullptr;
  CHECK(box->take().empty());
}

TEST_CASE("A request whose answer can no longer be given is answered 500") {
  const auto box = answer_box::make().value();
  auto one = box->responder(1);
  auto copy = one;
  one = nullptr;
  CHECK(box->take().empty());
  copy = nullptr;
  const auto arrived = box->take();
  REQUIRE(arrived.size() == 1);
  CHECK(arrived[0].response.status == 500);
}

TEST_CASE("After the server has closed, answers are ignored") {
  auto box = answer_box::make().value();
  const auto before = box->responder(1), after = box->responder(2);
  before({});
  box->close();
  CHECK(box->closed());
  after({});
  CHECK(box->take().empty());
  CHECK(readable(box->event())); // or the server would miss that it was closed
  box.reset();
  after({}); // the function outlives the server
}
