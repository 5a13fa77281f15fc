// Reading an event: its commands and its dropped objects.
#pragma once

#include "deparse/dropped_objects.hpp"
#include "deparse/script.hpp"

extern "C" {
#include "commands/event_trigger.h"
}

namespace pg_follower::deparse {

// The commands that the server collected for the current statement. Call in a ddl_command_end event trigger.
Event collect_event(Node *parse_tree);

// What the current statement dropped. Call in a sql_drop event trigger.
DroppedObjects collect_dropped_objects();

// What an event trigger function was called with. An error if it was called otherwise.
EventTriggerData *event_trigger_data(FunctionCallInfo fcinfo, const char *function);

} // namespace pg_follower::deparse
