#pragma once

#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

/// Whether a namespace may be called that: 1 to 255 bytes of printable ASCII without '"' and '\\'; "*" is reserved for
/// the whole cache. Threads: any. Errors: none.
[[nodiscard]] bool is_namespace_name(std::string_view text) noexcept;

/// Gives every namespace name a small number for as long as the cache is open, and knows which of them the host uses.
/// A namespace that recovery found on disk is unclaimed until the host names it: what it holds is of no use to anybody
/// before, and makes room first. Once claimed, always claimed.
/// Invariant: a number, once given, keeps its name; at most `namespaces_max` are given. Threads: any.
class namespace_table {
public:
  /// `namespaces_max` >= 1: the bound on names; files and counters are kept per name.
  explicit namespace_table(std::size_t namespaces_max = 64);

  /// The number of `name`, given now if it is new; for recovery: claims nothing. Errors: invalid_argument (name),
  /// overloaded (table full).
  [[nodiscard]] result<namespace_id> intern(std::string_view name);

  /// As `intern`, for a host that names what it uses: claimed from now on.
  [[nodiscard]] result<namespace_id> claim(std::string_view name);

  /// The numbers that were given and never claimed, ascending.
  [[nodiscard]] std::vector<namespace_id> unclaimed() const;

  /// The number of `name` if it was given.
  [[nodiscard]] std::optional<namespace_id> find(std::string_view name) const;

  /// Errors: invalid_argument (`id` was not given out by this table).
  [[nodiscard]] result<void> check(namespace_id id) const;

  /// Pre: `id` was given out by this table.
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
