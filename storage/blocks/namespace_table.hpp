#pragma once

#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

/// Whether `name` is allowed for a namespace: 1 to 255 bytes of printable ASCII without '"' and '\\'; "*" is reserved
/// for the whole cache. Threads: any. Errors: none.
[[nodiscard]] bool is_namespace_name(std::string_view text) noexcept;

/// Namespaces of an open cache: assigns each name a small number and records which names the host uses. A namespace
/// that recovery found on disk is *unclaimed* until the host names it: until then its blocks are of no use, and are
/// reclaimed first. Once claimed, it stays claimed. Invariant: a number keeps its name; at most `namespaces_max` are
/// assigned. Threads: any.
class namespace_table {
public:
  /// `namespaces_max` >= 1: limit on names, because files and counters are kept per name.
  explicit namespace_table(std::size_t namespaces_max = 64);

  /// The number of `name`, assigned now if it is new; for recovery: does not claim it. Errors: invalid_argument (name),
  /// overloaded (table full).
  [[nodiscard]] result<namespace_id> intern(std::string_view name);

  /// As `intern`, for a host that uses the namespace: also claims it.
  [[nodiscard]] result<namespace_id> claim(std::string_view name);

  /// The numbers that were assigned and never claimed, ascending.
  [[nodiscard]] std::vector<namespace_id> unclaimed() const;

  /// The number of `name`, if it was assigned.
  [[nodiscard]] std::optional<namespace_id> find(std::string_view name) const;

  /// Checks a number. Errors: invalid_argument (this table did not assign `id`).
  [[nodiscard]] result<void> check(namespace_id id) const;

  /// Pre: this table assigned `id`.
  [[nodiscard]] std::string name(namespace_id id) const;

  /// All names, in the order of their numbers.
  [[nodiscard]] std::vector<std::string> names() const;

private:
  [[nodiscard]] result<namespace_id> number_of(std::string_view name);

  mutable std::mutex mutex_;
  std::size_t namespaces_max_;
  std::vector<std::string> names_;
  std::vector<bool> claimed_; ///< by number
};

} // namespace hearth::storage
