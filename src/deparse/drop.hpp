// Drops, written from the list of what was really dropped.
#pragma once

#include "script.hpp"

namespace pg_follower {

// An object that a command dropped, as pg_event_trigger_dropped_objects() tells.
struct DroppedObject {
    ObjectAddress address;
    bool original;  // named in the command
    bool normal;    // reached by a normal dependency (CASCADE)
    bool temporary;
    const char *type;     // "table", "table constraint", ...
    const char *schema;   // null where it has none
    const char *name;     // null where the identity holds more than a schema and a name
    const char *identity; // qualified and quoted
    char **address_names; // as pg_get_object_address() takes them
    int address_name_count;
    char **address_arguments;
    int address_argument_count;
};

// Writes the statement that drops objects[index] alone; nothing for an object that goes with another of the `count`.
// `in_drop_command`: the statement is a DROP; otherwise (ALTER TABLE ... DROP COLUMN) what the statement names is
// written by the statement's own text, and only what CASCADE reached is written here.
void deparse_drop(Script &script, const DroppedObject *objects, int count, int index, bool in_drop_command);

} // namespace pg_follower
