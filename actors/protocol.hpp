#pragma once

#include "messages/host_messages.hpp"
#include "messages/tier_messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

// The protocol of one cache on one screen. All messages stay inside the process and are never serialised.
namespace hearth::actors {

using hot_cache_actor = caf::typed_actor<
    // from hosts
    caf::replies_to<messages::put_request>::with<messages::put_reply>,
    caf::replies_to<messages::put_many_request>::with<messages::put_many_reply>,
    caf::replies_to<messages::get_prefix_request>::with<messages::get_prefix_reply>,
    caf::replies_to<messages::contains_request>::with<messages::contains_reply>,
    caf::replies_to<messages::erase_request>::with<messages::erase_reply>,
    caf::replies_to<messages::clear_request>::with<messages::clear_reply>,
    caf::replies_to<messages::limit_request>::with<messages::limit_reply>,
    caf::replies_to<messages::flush_request>::with<messages::flush_reply>,
    caf::replies_to<messages::close_request>::with<messages::close_reply>,
    // from the other tiers and itself
    caf::reacts_to<messages::write_reply>,
    caf::reacts_to<messages::read_reply>,
    caf::reacts_to<messages::sync_completed>,
    caf::reacts_to<messages::blocks_reclaimed>,
    caf::reacts_to<messages::directory_seen>,
    caf::reacts_to<messages::directory_opened>,
    caf::reacts_to<messages::reads_noted>,
    caf::reacts_to<messages::tick>>;

using writer_actor =
    caf::typed_actor<caf::reacts_to<messages::write_request>, caf::reacts_to<messages::appends_completed>,
                     // from itself
                     caf::reacts_to<messages::tick>>;

using reader_actor = caf::typed_actor<caf::reacts_to<messages::read_request>>;

using stats_actor = caf::typed_actor<caf::reacts_to<messages::tally_changed>,
                                     caf::replies_to<messages::snapshot_request>::with<messages::snapshot_reply>,
                                     caf::replies_to<messages::history_request>::with<messages::history_reply>,
                                     caf::replies_to<messages::reset_request>::with<messages::reset_reply>,
                                     // from itself
                                     caf::reacts_to<messages::tick>>;

} // namespace hearth::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::put_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::put_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::put_many_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::put_many_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::get_prefix_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::get_prefix_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::contains_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::contains_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::erase_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::erase_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::clear_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::clear_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::limit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::limit_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::flush_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::flush_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::close_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::close_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::snapshot_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::snapshot_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::history_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::history_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::reset_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::reset_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::write_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::write_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::appends_completed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::read_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::read_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::sync_completed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::blocks_reclaimed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::directory_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::directory_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::reads_noted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::messages::tally_changed)
