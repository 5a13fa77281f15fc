// Reading an event: its commands, its dropped objects, and facts about their objects.
#pragma once

#include "drop.hpp"
#include "script.hpp"

extern "C" {
#include "commands/event_trigger.h"
}

namespace pg_follower {

// The commands that the server collected for the current statement. Call in a ddl_command_end event trigger.
Event collect_event(Node *parse_tree);

// What the current statement dropped. Call in a sql_drop event trigger.
DroppedObjects collect_dropped_objects();

// "table public.foo"; empty for an invalid address.
const char *describe_object(const ObjectAddress &address);

// Whether the object is temporary, belongs to a temporary relation, or uses something temporary and so ends with it.
bool is_temporary(const ObjectAddress &address);

// Whether the object uses something temporary, so that it ends with it; for objects that are not a schema's own, too.
bool uses_temporary(const ObjectAddress &address);

// Whether the object is this extension itself, which each side creates and drops by itself.
bool is_own_extension(const ObjectAddress &address);

// The owner of an object; InvalidOid for a kind of object that has none.
Oid owner_of(const ObjectAddress &address);

// Who must run the command downstream: the owner of what it created, who may be another role than the current user
// (the elements of CREATE SCHEMA ... AUTHORIZATION); else the current user.
Oid creator_of(const Command &command);

// What an event trigger function was called with. An error if it was called otherwise.
EventTriggerData *event_trigger_data(FunctionCallInfo fcinfo, const char *function);

// Writes the event's commands, but for those that are written already, and hands each to `done`, if not null.
void follow_commands(Event &event, void (*done)(const CollectedCommand *command));

// Has `deparse` write a command now, rather than at the end of its statement; in a subtransaction, as all commands.
void follow_now(const Command &command, DeparseCommand deparse);

// The same for a command whose rows follow before the end of its statement. Returns false, and does nothing, where
// nobody follows, for temporary objects, and in an extension's script.
bool follow_early(const Command &command, DeparseCommand deparse);

} // namespace pg_follower
