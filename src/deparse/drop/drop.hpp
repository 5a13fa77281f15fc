// Drops, written from the list of what was really dropped.
#pragma once

#include "deparse/dropped_objects.hpp"

namespace pg_follower::deparse {

// Writes the statements that drop what was dropped, but for what goes with another object. `in_drop_command` tells that
// the user's statement is a DROP. In another one (ALTER TABLE ... DROP COLUMN) the text of the statement itself drops
// what it names, and only what CASCADE reached is written here.
void deparse_drops(Script &script, const DroppedObjects &objects, bool in_drop_command);

// The first object that the statement named, for messages: "table public.foo".
const char *describe_drops(const DroppedObjects &objects);

} // namespace pg_follower::deparse
