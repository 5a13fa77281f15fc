// From the commands of an event to their deparse functions.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Writes the event's commands, but for those that are written already, and hands each to `done`, if not null.
void follow_commands(Event &event, void (*done)(const CollectedCommand *command));

} // namespace pg_follower::deparse
