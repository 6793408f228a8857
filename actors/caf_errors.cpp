#include "actors/caf_errors.hpp"

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <caf/to_string.hpp>

namespace hearth::actors {

using storage::errc;
using storage::failure;

namespace {
constexpr auto category = caf::atom("hearth");
}

caf::error to_caf(const failure& error) {
  return {static_cast<std::uint8_t>(error.code), category, caf::make_message(error.context)};
}

failure from_caf(const caf::error& error) {
  if (error.category() == category) {
    const auto& context = error.context();
    return {static_cast<errc>(error.code()),
            context.match_elements<std::string>() ? context.get_as<std::string>(0) : std::string{}};
  }
  if (error == caf::sec::request_timeout)
    return {errc::timeout, "the actor did not answer in time"};
  return {errc::io, "unexpected answer: " + caf::to_string(error)};
}

bool receiver_gone(const caf::error& error) {
  return error == caf::sec::request_receiver_down || error.category() == caf::atom("exit");
}

} // namespace hearth::actors
