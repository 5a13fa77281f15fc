// Commands that event triggers do not see, taken where the library is preloaded.
#pragma once

#include "follow.hpp"

namespace pg_follower {

// Installs the hook while the server preloads the library; does nothing in a session that loads it later, which would
// see some commands and miss others.
void install_utility_hook();

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

// "database name" where it is the followed one, else null. (database.cpp)
const char *object_if_this_database(const char *name);
// "event trigger name"; null for one of an extension. One that is gone is named as well. (user_event_trigger.cpp)
const char *describe_event_trigger(const char *name);

} // namespace pg_follower
