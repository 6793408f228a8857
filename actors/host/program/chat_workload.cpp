#include "actors/host/program/chat_workload.hpp"

#include <algorithm>
#include <cstddef>

namespace hearth {

namespace {

constexpr std::size_t conversation_blocks_max = 400;
constexpr std::uint64_t system_prompt_count = 8;

} // namespace

chat_workload::chat_workload(std::uint64_t seed, const chat_habits& habits, std::uint64_t first_id)
    : habits_(habits), state_(seed), next_id_(first_id) {
  system_prompts_.resize(system_prompt_count);
  for (auto& prompt : system_prompts_)
    append_new(prompt, 1 + below(4));
}

request chat_workload::next() {
  auto conversation = take_conversation();
  // A turn is mostly a question and its answer; every sixth turn includes a document.
  append_new(conversation, below(6) == 0 ? 8 + below(40) : 1 + below(5));
  request made{conversation};
  const bool goes_on = below(habits_.ends_one_in) != 0 && conversation.size() < conversation_blocks_max - 48;
  if (goes_on) {
    if (active_.size() >= habits_.conversations_max)
      active_.erase(active_.begin());
    active_.push_back(std::move(conversation));
  }
  return made;
}

chat_workload::blocks chat_workload::take_conversation() {
  if (active_.size() < 4 || below(10) < habits_.new_in_ten) {
    // New conversation. The smaller of two draws makes some prompts common and some rare.
    const auto first = below(system_prompt_count);
    const auto second = below(system_prompt_count);
    return system_prompts_[std::min(first, second)];
  }
  const auto reach =
      below(habits_.far_one_in) != 0 ? std::min(habits_.recent_conversations, active_.size()) : active_.size();
  const auto chosen = active_.end() - 1 - static_cast<std::ptrdiff_t>(below(reach));
  auto conversation = std::move(*chosen);
  active_.erase(chosen);
  return conversation;
}

void chat_workload::append_new(blocks& to, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i)
    to.push_back(next_id_++);
}

std::uint64_t chat_workload::random() noexcept {
  auto z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint64_t chat_workload::below(std::uint64_t bound) noexcept { return ((random() >> 32) * bound) >> 32; }

std::vector<request> chat_requests(std::uint64_t seed, std::size_t count, const chat_habits& habits,
                                   std::uint64_t first_id) {
  chat_workload chat{seed, habits, first_id};
  std::vector<request> made;
  while (made.size() < count)
    made.push_back(chat.next());
  return made;
}

} // namespace hearth
