#pragma once

#include "actors/actor_configs.hpp"
#include "actors/actor_registry.hpp"
#include "actors/bounded.hpp"
#include "actors/journal.hpp"
#include "actors/tally_notifier.hpp"
#include "actors/tiers/cold_reads.hpp"
#include "actors/tiers/directory_watch.hpp"
#include "actors/tiers/flushes.hpp"
#include "actors/tiers/idle_cleaning.hpp"
#include "actors/tiers/prefix_planner.hpp"
#include "actors/tiers/prefix_reads.hpp"
#include "actors/tiers/supervision.hpp"
#include "actors/tiers/tiers.hpp"
#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/detachable_store.hpp"
#include "storage/hot/hot_index.hpp"
#include "storage/hot/read_notes.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/send.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace hearth::actors {

class preflight;

/// Peers of hot_cache: the state that it alone changes, the gates of the other mailboxes, and functions that start the
/// other actors.
struct hot_cache_peers {
  std::shared_ptr<storage::detachable_store> store; ///< null: hot tier only
  std::shared_ptr<storage::hot_index> hot_index;    ///< the hot blocks; any thread may copy them out
  std::shared_ptr<storage::read_notes> read_notes;  ///< notes of the blocks copied out
  std::shared_ptr<limits_now> limits;
  std::shared_ptr<const storage::namespace_table> namespaces;
  std::shared_ptr<class journal> journal;
  std::shared_ptr<stats::tally> tally;         ///< counts of hot_cache, which alone adds to it
  std::shared_ptr<class preflight> preflight;  ///< told by hot_cache how much room the hot tier has
  std::shared_ptr<actor_registry> registry;    ///< actors started by hot_cache
  std::shared_ptr<messages::gate> writer_gate; ///< null: hot tier only
  std::shared_ptr<messages::gate> reader_gate; ///< null: hot tier only
  std::shared_ptr<messages::gate> stats_gate;
  std::function<writer_actor(const hot_cache_actor&)> start_writer;
  std::function<reader_actor(const hot_cache_actor&)> start_reader;
  std::function<stats_actor(const hot_cache_actor&)> start_stats;
};

/// The hot_cache actor: the table of its messages, and the wiring of the parts that decide: `tiers` (hot tier and
/// pending writes), `prefix_planner`, `cold_reads` and `prefix_reads` (the read path), `flushes`, `idle_cleaning`,
/// `supervision` and `directory_watch`. This class gives the parts the time, carries out their decisions, answers
/// hosts, and restarts writer, reader and stats when they die. Never blocks: slow operations end with a message.
/// Invariant: every request is answered, at the latest at its deadline.
class hot_cache_state {
public:
  static constexpr const char* name = "hot_cache";
  using bounded_messages = bounds<messages::put_request, messages::put_many_request, messages::get_prefix_request,
                                  messages::contains_request, messages::erase_request, messages::clear_request,
                                  messages::limit_request, messages::flush_request>;

  hot_cache_state(hot_cache_actor::base* self, const hot_cache_config& config, hot_cache_peers peers);

  hot_cache_actor::behavior_type make_behavior();

private:
  using time_point = caf::actor_clock::time_point;

  /// A get_prefix request that waits for cold reads.
  struct waiting_get {
    answer<messages::get_prefix_reply> promise;
    messages::permit slot;
  };

  using flush_promise = std::variant<answer<messages::flush_reply>, answer<messages::close_reply>>;

  /// A flush or close request that waits for its end.
  struct waiting_flush {
    flush_promise promise;
    messages::permit slot;
  };

  /// The tiers, as flushes see them.
  class unwritten_in_tiers final : public unwritten_blocks {
  public:
    explicit unwritten_in_tiers(tiers& of) : of_(of) {}

    dirty_range dirty() const override { return of_.dirty(); }
    void offer_from(dirty_range& rest) override { of_.offer_from(rest, urgency::all_of_it); }
    bool writable() const override { return of_.attached() || of_.unwritten().blocks == 0; }
    std::uint64_t last_sequence() const override { return of_.pending().last_sequence(); }
    bool any_pending_until(std::uint64_t sequence) const override { return of_.pending().any_until(sequence); }
    bool any_pending() const override { return !of_.pending().empty(); }

  private:
    tiers& of_;
  };

  /// Limit request whose hot limit is not reached yet.
  struct lowering {
    answer<messages::limit_reply> promise;
    messages::permit slot;
  };

  // From hosts.
  caf::result<messages::put_reply> on_put(messages::put_request& x);
  caf::result<messages::put_many_reply> on_put_many(messages::put_many_request& x);
  caf::result<messages::get_prefix_reply> on_get_prefix(messages::get_prefix_request& x);
  caf::result<messages::contains_reply> on_contains(messages::contains_request& x);
  caf::result<messages::erase_reply> on_erase(messages::erase_request& x);
  caf::result<messages::clear_reply> on_clear(messages::clear_request& x);
  caf::result<messages::limit_reply> on_limit(messages::limit_request& x);
  caf::result<messages::flush_reply> on_flush(messages::flush_request& x);
  caf::result<messages::close_reply> on_close(const messages::close_request& x);

  messages::clear_reply clear(const messages::clear_request& x);
  void approach_hot_limit();

  // From the other actors.
  void on_write_reply(messages::write_reply& x);
  void on_write_failed(const storage::failure& error);
  void on_read_reply(messages::read_reply& x);
  void on_sync_completed(const messages::sync_completed& x);
  void on_blocks_reclaimed(const messages::blocks_reclaimed& x);
  void on_directory_seen(const messages::directory_seen& x);
  void on_directory_opened(const messages::directory_opened& x);
  void on_reads_noted();
  void on_tick();
  void on_down(const caf::down_msg& down);
  void on_writer_down();
  void on_reader_down();

  // The read path.
  std::size_t learn_of_reads();
  void follow_reads(time_point at);
  void send_reads(prefix_plan& plan, storage::namespace_id name_space);
  void end_read(const finished_read& ended, const storage::result<storage::block>& outcome);
  void answer_get(waiting_get waiting, storage::namespace_id name_space,
                  storage::result<messages::get_prefix_reply> outcome);
  void expire_gets(time_point now);

  // Flushing, closing and cleaning.
  void start_flush(flush_promise promise, std::chrono::nanoseconds deadline, messages::permit slot);
  void advance_flushes();
  void end_flush(std::uint64_t number, const std::optional<storage::result<void>>& sync);
  void expire_flushes(time_point now);
  void keep_cleaning();
  void mark_dirty_pending();

  // Detach and reattach of the cold tier's directory.
  void watch_directory(time_point at);
  void look_for_directory();
  void detach(const storage::failure& reason);

  /// Returns a function that sends this actor a `Message` with the function's argument, on any thread. Uses a weak
  /// address, because the store and its I/O outlive this actor.
  template <class Message, class Content>
  [[nodiscard]] std::function<void(Content)> tell() const {
    return [me = self_->address()](Content content) {
      if (const auto hot_cache = caf::actor_cast<hot_cache_actor>(me))
        caf::anon_send(hot_cache, Message{std::move(content)});
    };
  }

  // Supervision.
  void start_writer();
  void start_reader();
  void start_stats();
  void start(supervised who);
  void restart_later(supervised who);
  void restart_due(time_point now);

  /// Called after every handler that may have changed the tiers: publishes room, reports drops, and sets the next
  /// alarm.
  void settled();
  void report_accidents();
  void alarm(time_point due);
  [[nodiscard]] time_point now() const { return self_->clock().now(); }
  [[nodiscard]] static caf::error closed_error();
  /// The error of a request that is refused without being looked at; no error: it is not refused.
  [[nodiscard]] caf::error refusal(std::optional<storage::namespace_id> name_space) const;

  hot_cache_actor::base* self_;
  hot_cache_config config_;
  hot_cache_peers peers_;
  tally_notifier stats_;
  tiers tiers_;
  unwritten_in_tiers unwritten_{tiers_};
  cold_reads reads_;
  prefix_planner planner_;
  prefix_reads prefixes_;
  flushes flushes_;
  idle_cleaning cleaning_;
  supervision supervision_;
  directory_watch directory_;
  writer_actor writer_;
  reader_actor reader_; ///< null while it is being replaced

  std::uint64_t last_number_ = 0; ///< of gets and flushes
  std::map<std::uint64_t, waiting_get> waiting_gets_;
  std::map<std::uint64_t, waiting_flush> waiting_flushes_;
  std::vector<lowering> lowerings_;
  std::size_t write_failures_ = 0; ///< in a row
  std::optional<time_point> next_alarm_;
  std::optional<time_point> reads_due_; ///< when to take the read notes again; not set: the notes notify
  std::uint64_t reported_accidents_ = 0;
  time_point report_due_;
  bool closing_ = false; ///< a close has begun: new requests are refused
};

using hot_cache_impl = bounded<hot_cache_actor, hot_cache_state>;

} // namespace hearth::actors
