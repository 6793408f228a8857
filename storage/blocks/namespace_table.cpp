#include "storage/blocks/namespace_table.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

bool is_namespace_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 255 && text != "*" &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

namespace_table::namespace_table(std::size_t namespaces_max) : namespaces_max_(namespaces_max) {
  assert(namespaces_max >= 1 && namespaces_max <= 65'535);
}

result<namespace_id> namespace_table::intern(std::string_view name) {
  std::lock_guard guard{mutex_};
  return number_of(name);
}

result<namespace_id> namespace_table::claim(std::string_view name) {
  std::lock_guard guard{mutex_};
  auto id = number_of(name);
  if (id)
    claimed_[*id] = true;
  return id;
}

std::vector<namespace_id> namespace_table::unclaimed() const {
  std::lock_guard guard{mutex_};
  std::vector<namespace_id> found;
  for (std::size_t id = 0; id < claimed_.size(); ++id)
    if (!claimed_[id])
      found.push_back(static_cast<namespace_id>(id));
  return found;
}

/// Pre: the mutex is held.
result<namespace_id> namespace_table::number_of(std::string_view name) {
  if (!is_namespace_name(name))
    return {errc::invalid_argument,
            "namespace \"" + std::string{name.substr(0, 64)} +
                "\": expected 1 to 255 printable ASCII characters without quote and backslash, and not \"*\""};
  const auto known = std::find(names_.begin(), names_.end(), name);
  if (known == names_.end() && names_.size() == namespaces_max_)
    return {errc::overloaded, "namespace \"" + std::string{name} + "\": this cache already holds namespaces_max = " +
                                  std::to_string(namespaces_max_) + " namespaces; raise the limit or reuse one"};
  const auto id = static_cast<namespace_id>(known - names_.begin());
  if (known == names_.end()) {
    names_.emplace_back(name);
    claimed_.push_back(false);
  }
  return id;
}

std::optional<namespace_id> namespace_table::find(std::string_view name) const {
  std::lock_guard guard{mutex_};
  const auto known = std::find(names_.begin(), names_.end(), name);
  if (known == names_.end())
    return std::nullopt;
  return static_cast<namespace_id>(known - names_.begin());
}

result<void> namespace_table::check(namespace_id id) const {
  std::lock_guard guard{mutex_};
  if (id < names_.size())
    return {};
  return {errc::invalid_argument,
          "namespace " + std::to_string(id) + " was never given: ask for its number with name_space(NAME)"};
}

std::string namespace_table::name(namespace_id id) const {
  std::lock_guard guard{mutex_};
  assert(id < names_.size());
  return names_[id];
}

std::vector<std::string> namespace_table::names() const {
  std::lock_guard guard{mutex_};
  return names_;
}

} // namespace hearth::storage
