#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace hearth::simulation {

namespace {

constexpr std::array<std::size_t, 6> sizes{16, 700, 4096, 5000, 20'000, 70'000};
constexpr unsigned chain_length = 8;

/// Errors which say that nothing has changed.
bool refused(errc code) {
  return code == errc::overloaded || code == errc::orphan || code == errc::too_large || code == errc::conflict ||
         code == errc::invalid_argument;
}

history::put_end end_of(const result<put_outcome>& put) {
  if (put.ok())
    return *put == put_outcome::stored ? history::put_end::stored : history::put_end::refreshed;
  return refused(put.code()) ? history::put_end::refused : history::put_end::perhaps;
}

std::uint64_t read_number(std::span<const std::byte> bytes, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

} // namespace

block_key simulation::key(number block) const {
  block_key made;
  chance bytes{block};
  for (auto& byte : made.bytes)
    byte = static_cast<std::byte>(bytes.next());
  return made;
}

std::size_t simulation::size(number block) const { return sizes[block * 7 % sizes.size()]; }

/// Blocks form chains of eight; a chain is in one namespace.
std::optional<block_key> simulation::parent(number block) const {
  return block % chain_length == 0 ? std::nullopt : std::optional{key(block - 1)};
}

/// Up to `length` blocks of one namespace, beginning with `first`.
std::vector<simulation::number> simulation::chain_from(number first, std::size_t length) const {
  std::vector<number> chain;
  for (auto block = first; chain.size() < length && block < profile_.blocks; ++block)
    if (name_space(block) == name_space(first))
      chain.push_back(block);
  return chain;
}

/// Payload: number and version in front, then bytes computed from both. So a payload tells which block it claims to be,
/// and can be verified.
buffer simulation::payload(number block, history::version which) const {
  auto made = mutable_buffer::allocate(size(block)).value();
  const auto bytes = made.bytes();
  chance words{block * 1'000'003ull + which};
  const std::uint64_t number = block;
  std::memcpy(bytes.data(), &number, 8);
  std::memcpy(bytes.data() + 8, &which, 8);
  for (std::size_t at = 16; at < bytes.size(); at += 8) {
    const auto word = words.next();
    std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, bytes.size() - at));
  }
  return std::move(made).publish();
}

void simulation::check_block(number block, const buffer& found, history::moment begun) {
  const auto name = "block " + std::to_string(block);
  if (found.size() != size(block) || read_number(found.bytes(), 0) != block)
    return fail(name + " has the length or the bytes of another");
  const auto which = read_number(found.bytes(), 8);
  if (!std::ranges::equal(found.bytes(), payload(block, which).bytes()))
    return fail(name + " has bytes that nobody put");
  if (const auto wrong = history_.check(block, which, begun, history_.now()); !wrong.empty())
    fail(name + ": " + wrong);
  note("version", which);
}

// --- requests and replies ------------------------------------------------------------------------------------------

std::uint64_t simulation::asked(std::string what, milliseconds limit) {
  open_[++last_question_] = {std::move(what), world_->now() + limit};
  return last_question_;
}

void simulation::answered(std::uint64_t question, errc code) {
  const auto found = open_.find(question);
  if (found == open_.end())
    return fail("question " + std::to_string(question) + " was answered twice");
  note(found->second.what, static_cast<std::uint64_t>(code));
  open_.erase(found);
}

void simulation::host_asks(chance& draws) {
  const auto kind = draws.below(100);
  if (kind < 34)
    put(draws);
  else if (kind < 40)
    put_many(draws);
  else if (kind < 46)
    put_made(draws);
  else if (kind < 76)
    get_prefix(draws);
  else if (kind < 83)
    erase(draws);
  else if (kind < 84)
    clear(draws);
  else if (kind < 85)
    draws.one_in(2) ? clear_hot(draws) : clear_cold(draws);
  else if (kind < 88)
    contains(draws);
  else if (kind < 92)
    flush(draws);
  else if (kind < 94)
    limit(draws);
  else if (kind < 99)
    ask_stats();
  else if (profile_.resets)
    reset_stats();
}

void simulation::reset_stats() {
  accounts_.known = false;
  kept_->reset_stats_async([this, id = asked("reset", seconds{1})](const result<void>& x) { answered(id, x.code()); });
}

void simulation::put(chance& draws) {
  const auto block = static_cast<number>(draws.below(profile_.blocks));
  const auto which = history_.put_begins(block, history_.now());
  const auto id = asked("put " + std::to_string(block) + " version " + std::to_string(which), seconds{1});
  kept_->put_async(key(block), payload(block, which), {name_space(block), parent(block), {}},
                   [this, id, block, which](const result<put_outcome>& x) {
                     put_ended(block, which, x);
                     answered(id, x.code());
                   });
}

/// Puts consecutive blocks of one chain in one message.
void simulation::put_many(chance& draws) {
  const auto first = static_cast<number>(draws.below(profile_.blocks));
  const auto chain = chain_from(first, draws.between(1, chain_length));
  std::vector<block_key> keys;
  std::vector<buffer> payloads;
  std::vector<history::version> versions;
  const auto begun = history_.now();
  for (const auto block : chain) {
    versions.push_back(history_.put_begins(block, begun));
    keys.push_back(key(block));
    payloads.push_back(payload(block, versions.back()));
  }
  const auto id = asked("put " + std::to_string(first) + " and on", seconds{1});
  kept_->put_many_async(keys, std::move(payloads), {name_space(first), parent(first), {}},
                        [this, id, chain, versions](const result<std::vector<result<put_outcome>>>& x) {
                          for (std::size_t i = 0; i < chain.size(); ++i)
                            put_ended(chain[i], versions[i], x.ok() ? x->at(i) : x.error());
                          fire("chains put at once");
                          answered(id, x.code());
                        });
}

/// Reply `stored`: the block was absent. That is allowed only if it was reclaimed, or lost with the directory and
/// counted; in the latter case it does not return with the directory.
void simulation::put_ended(number block, history::version which, const result<put_outcome>& put) {
  const auto end = end_of(put);
  if (end == history::put_end::stored && history_.promised(block) && profile_.roomy && times_away_ == 0)
    fail("block " + std::to_string(block) + " was synced, and a put stored it anew");
  if (const auto wrong = history_.put_ends(block, which, end); !wrong.empty())
    fail("block " + std::to_string(block) + ": " + wrong);
  account(put);
}

void simulation::account(const result<put_outcome>& put) {
  const auto says = [&](const char* what) { return !put && put.error().context.starts_with(what); };
  accounts_.stored += put.ok() && *put == put_outcome::stored ? 1 : 0;
  accounts_.preflight_full += says("preflight_full") ? 1 : 0;
  accounts_.late_full += says("late_full") ? 1 : 0;
  accounts_.known = accounts_.known && (put.ok() || refused(put.code()));
}

/// The blocking put with a preflight: the world runs until the reply.
void simulation::put_made(chance& draws) {
  const auto block = static_cast<number>(draws.below(profile_.blocks));
  std::optional<history::version> which;
  const auto put = kept_->put(key(block), size(block),
                              [&]() -> result<buffer> {
                                which = history_.put_begins(block, history_.now());
                                return payload(block, *which);
                              },
                              {name_space(block), parent(block), {}});
  if (which)
    put_ended(block, *which, put);
  else if (put.ok())
    fail("a put was accepted whose producer was never called");
  else
    account(put);
  note("put made " + std::to_string(block), static_cast<std::uint64_t>(put.code()));
}

void simulation::get_prefix(chance& draws) {
  const auto first = static_cast<number>(draws.below(profile_.blocks));
  const auto chain = chain_from(first, draws.between(1, chain_length));
  std::vector<block_key> keys;
  for (const auto block : chain)
    keys.push_back(key(block));
  const auto begun = history_.now();
  const auto id = asked("get " + std::to_string(first) + " and on", profile_.options.request_timeout + seconds{1});
  get_options options{name_space(first), draws.one_in(4) ? draws.between(1, 100'000) : 0, {}};
  kept_->get_prefix_async(std::move(keys), options, [this, id, chain, begun](const result<prefix>& x) {
    if (x.ok()) {
      if (x->blocks.size() > chain.size())
        fail("more blocks than were asked for");
      for (std::size_t i = 0; i < std::min(x->blocks.size(), chain.size()); ++i)
        check_block(chain[i], x->blocks[i], begun);
      fire(x->blocks.empty() ? "misses" : "hits");
    }
    answered(id, x.code());
  });
}

void simulation::erase(chance& draws) {
  const auto block = static_cast<number>(draws.below(profile_.blocks));
  const auto begun = history_.now();
  history_.erase_begins(block, begun);
  const auto id = asked("erase " + std::to_string(block), seconds{1});
  kept_->erase_async(key(block), {name_space(block), 0, {}}, [this, id, block, begun](const result<bool>& x) {
    history_.erase_ends(block, begun, x.ok());
    accounts_.known = accounts_.known && x.ok();
    accounts_.erased += x.ok() && *x ? 1 : 0;
    answered(id, x.code());
  });
}

/// The blocks to clear: those of the second namespace, or all.
std::pair<std::optional<namespace_id>, std::vector<simulation::number>> simulation::to_clear(chance& draws) const {
  const bool all = draws.one_in(2);
  std::vector<number> blocks;
  for (number block = 0; block < profile_.blocks; ++block)
    if (all || name_space(block) == other_)
      blocks.push_back(block);
  return {all ? std::nullopt : std::optional{other_}, std::move(blocks)};
}

void simulation::clear(chance& draws) {
  const auto [chosen, blocks] = to_clear(draws);
  const auto begun = history_.now();
  for (const auto block : blocks)
    history_.erase_begins(block, begun);
  kept_->clear_async(chosen,
                     [this, blocks = blocks, begun, id = asked("clear", seconds{1})](const result<std::uint64_t>& x) {
                       for (const auto block : blocks)
                         history_.erase_ends(block, begun, x.ok());
                       accounts_.known = accounts_.known && x.ok();
                       accounts_.erased += x.ok() ? *x : 0;
                       answered(id, x.code());
                     });
}

/// Takes no block out of the cache: every promise and every account stays as it is.
void simulation::clear_hot(chance& draws) {
  const auto [chosen, blocks] = to_clear(draws);
  kept_->clear_tier_async(
      tier::hot, chosen,
      [this, most = blocks.size(), id = asked("clear hot", seconds{1})](const result<clear_report>& x) {
        answered(id, x.code());
        if (!x)
          return;
        if (x->removed + x->still_hot > most)
          fail("a clear of the hot tier found more blocks than there are");
        fire("hot blocks cleared", x->removed);
        fire("hot blocks that stayed", x->still_hot);
      });
}

/// Hot blocks stay. The others are gone, and the reply says how many, not which.
void simulation::clear_cold(chance& draws) {
  const auto [chosen, blocks] = to_clear(draws);
  for (const auto block : blocks)
    history_.may_go_begins(block);
  kept_->clear_tier_async(tier::cold, chosen,
                          [this, blocks = blocks, id = asked("clear cold", seconds{1})](const result<clear_report>& x) {
                            for (const auto block : blocks)
                              history_.may_go_ends(block);
                            answered(id, x.code());
                            accounts_.known = accounts_.known && x.ok();
                            if (!x)
                              return;
                            if (x->still_hot > x->removed || x->removed > blocks.size())
                              fail("a clear of the cold tier found more blocks than there are");
                            accounts_.erased += x->removed - x->still_hot;
                            fire("cold blocks cleared", x->removed);
                          });
}

void simulation::contains(chance& draws) {
  const auto block = static_cast<number>(draws.below(profile_.blocks));
  kept_->contains_async(
      {key(block)}, {name_space(block), 0, {}},
      [this, id = asked("contains " + std::to_string(block), seconds{1})](const result<std::vector<bool>>& x) {
        answered(id, x.code());
        if (x.ok())
          note("present", x->front());
      });
}

void simulation::flush(chance& draws) {
  const milliseconds deadline{draws.between(1, 4'000)};
  const auto begun = history_.now();
  kept_->flush_async(deadline,
                     [this, begun, id = asked("flush", deadline + seconds{1})](const result<flush_report>& x) {
                       answered(id, x.code());
                       if (!x || !x->synced)
                         return;
                       fire("synced flushes");
                       history_.synced(begun);
                       if (x->left == stats::amount{})
                         ask_durable(begun);
                     });
}

/// A sync that left nothing dirty: a block that is present now was present then, or came later.
void simulation::ask_durable(history::moment synced_from) {
  for (const auto asked_space : {namespace_id{0}, other_}) {
    std::vector<number> blocks;
    std::vector<block_key> keys;
    for (number block = 0; block < profile_.blocks; ++block)
      if (name_space(block) == asked_space) {
        blocks.push_back(block);
        keys.push_back(key(block));
      }
    kept_->contains_async(keys, {asked_space, 0, {}}, [=, this](const result<std::vector<bool>>& x) {
      for (std::size_t i = 0; x.ok() && i < blocks.size(); ++i)
        if ((*x)[i])
          history_.promise(blocks[i], synced_from, false);
    });
  }
}

void simulation::limit(chance& draws) {
  tier_limits wanted;
  if (draws.one_in(2) && profile_.options.hot_bytes_max != 0)
    wanted.hot_bytes_max = draws.between(1, 400'000);
  if (!profile_.roomy && draws.one_in(2)) {
    wanted.cold_bytes_max = draws.between(600'000, 3'000'000);
  }
  auto& [hot_now, hot_most, cold_now, cold_most, in_flight] = limits_;
  hot_most = std::max(hot_most, wanted.hot_bytes_max.value_or(0));
  cold_most = std::max(cold_most, wanted.cold_bytes_max.value_or(0));
  ++in_flight;
  kept_->limit_async(wanted, [this, wanted, id = asked("limit", seconds{1})](const result<void>& x) {
    answered(id, x.code());
    if (x.ok()) {
      limits_.hot_now = wanted.hot_bytes_max.value_or(limits_.hot_now);
      limits_.cold_now = wanted.cold_bytes_max.value_or(limits_.cold_now);
    }
    if (--limits_.in_flight == 0)
      limits_.hot_most = limits_.hot_now;
  });
}

void simulation::ask_stats() {
  kept_->stats_async("*", [this, id = asked("stats", seconds{1})](const result<stats::snapshot>& x) {
    answered(id, x.code());
    if (x.ok())
      check(*x);
  });
}

} // namespace hearth::simulation
