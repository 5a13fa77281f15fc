// Event triggers of users, in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "event trigger name"; null for one of an extension. One that is gone is named as well.
const char *describe_event_trigger(const char *name);

// Drops the event triggers that went with something else, which no list of dropped objects names.
void drop_dead_event_triggers(Script &script);

} // namespace pg_follower::deparse
