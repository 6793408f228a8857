#include "storage/verify/verify_report.hpp"

#include <algorithm>

namespace hearth::storage {

std::string_view to_string(finding_kind kind) noexcept {
  switch (kind) {
  case finding_kind::header: return "header";
  case finding_kind::payload: return "payload";
  case finding_kind::unreadable: return "unreadable";
  case finding_kind::cut_short: return "cut_short";
  case finding_kind::torn: return "torn";
  case finding_kind::index: return "index";
  case finding_kind::no_index: return "no_index";
  case finding_kind::no_segment: return "no_segment";
  case finding_kind::recency: return "recency";
  case finding_kind::foreign: return "foreign";
  case finding_kind::unfinished: return "unfinished";
  }
  return "unknown";
}

bool is_damage(finding_kind kind) noexcept { return kind != finding_kind::foreign && kind != finding_kind::unfinished; }

std::string_view to_string(index_state state) noexcept {
  switch (state) {
  case index_state::sealed: return "sealed";
  case index_state::open: return "open";
  case index_state::damaged: return "damaged";
  case index_state::missing: return "missing";
  case index_state::foreign: return "foreign";
  case index_state::none: return "none";
  }
  return "unknown";
}

std::string_view to_string(recency_state state) noexcept {
  switch (state) {
  case recency_state::none: return "none";
  case recency_state::whole: return "whole";
  case recency_state::damaged: return "damaged";
  }
  return "unknown";
}

std::uint64_t verify_report::count(finding_kind kind) const noexcept {
  return static_cast<std::uint64_t>(
      std::count_if(findings.begin(), findings.end(), [kind](const auto& one) { return one.kind == kind; }));
}

std::uint64_t verify_report::damaged() const noexcept {
  return static_cast<std::uint64_t>(
      std::count_if(findings.begin(), findings.end(), [](const auto& one) { return is_damage(one.kind); }));
}

std::uint64_t verify_report::repaired() const noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      findings.begin(), findings.end(), [](const auto& one) { return is_damage(one.kind) && !one.repair.empty(); }));
}

verified_amount verify_report::total() const noexcept {
  verified_amount sum;
  for (const auto& [name, amount] : namespaces) {
    sum.blocks += amount.blocks;
    sum.payload_bytes += amount.payload_bytes;
    sum.damaged += amount.damaged;
  }
  return sum;
}

} // namespace hearth::storage
