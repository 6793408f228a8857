#include "storage/cold/opened_store.hpp"

namespace hearth::storage {

std::string to_string(const recovery_report& report) {
  const auto field = [](const char* name, std::uint64_t value) { return name + std::to_string(value); };
  return field("recovered=", report.recovered) + field(" damaged=", report.damaged) +
         field(" unfinished=", report.unfinished) + field(" foreign=", report.foreign) +
         field(" reclaimed=", report.reclaimed) + field(" replaced=", report.replaced);
}

} // namespace hearth::storage
