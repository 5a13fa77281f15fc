// A command that only the utility hook sees, as its source describes it to the hook.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// A command of the hook. `before` runs before the command, and its result is given to `write` afterwards, when the
// catalogs show what the command did.
struct HookedCommand {
    Scope scope;
    // What only the state before the command tells; null where there is no such thing.
    void *(*before)(Node *statement);
    // "role alice"; null where the command is not to follow.
    const char *(*object)(Node *statement, const void *before);
    void (*write)(Script &script, Node *statement, const void *before);
};

// The hooked command that a statement is; null for others. Cheap: every utility statement comes here.
const HookedCommand *find_role_command(Node *statement);          // roles.cpp
const HookedCommand *find_database_command(Node *statement);      // database.cpp
const HookedCommand *find_event_trigger_command(Node *statement); // user_event_trigger.cpp
const HookedCommand *find_cluster_command(Node *statement);       // cluster.cpp
const HookedCommand *find_reindex_command(Node *statement);       // reindex.cpp
const HookedCommand *find_label_command(Node *statement);         // security_label.cpp

} // namespace pg_follower::deparse
