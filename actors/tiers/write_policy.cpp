#include "actors/tiers/write_policy.hpp"

#include "storage/names.hpp"

namespace hearth {

std::string_view to_string(write_policy policy) noexcept {
  switch (policy) {
  case write_policy::back: return "back";
  case write_policy::through: return "through";
  }
  return "unknown";
}

storage::result<write_policy> write_policy_from_string(std::string_view name) {
  return storage::named_one_of(write_policies, name);
}

} // namespace hearth
