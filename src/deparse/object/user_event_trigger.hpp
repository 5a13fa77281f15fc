// Event triggers of users, in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "event trigger name", or null for an event trigger of an extension. One that does not exist any more is named, too.
const char *describe_event_trigger(const char *name);

// Writes drops of the event triggers that were dropped with something else. The server's list of dropped objects does
// not name them.
void drop_dead_event_triggers(Script &script);

} // namespace pg_follower::deparse
