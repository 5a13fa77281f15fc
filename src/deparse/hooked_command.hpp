// The commands that only the utility hook sees, each as the file of its class describes it to the hook. Each is a line
// in the list of hooked commands (capture/hooked_commands.hpp).
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

// roles.cpp
extern const HookedCommand hooked_create_role;
extern const HookedCommand hooked_alter_role;
extern const HookedCommand hooked_set_for_role;
extern const HookedCommand hooked_set_for_role_in_database;
extern const HookedCommand hooked_rename_role;
extern const HookedCommand hooked_drop_role;
extern const HookedCommand hooked_comment_on_role;
extern const HookedCommand hooked_grant_role; // REVOKE, too
extern const HookedCommand hooked_reassign_owned;

// database.cpp
extern const HookedCommand hooked_set_for_database;
extern const HookedCommand hooked_database_owner;
extern const HookedCommand hooked_comment_on_database;
extern const HookedCommand hooked_grant_on_database; // REVOKE, too

// user_event_trigger.cpp
extern const HookedCommand hooked_create_event_trigger;
extern const HookedCommand hooked_alter_event_trigger;
extern const HookedCommand hooked_rename_event_trigger;
extern const HookedCommand hooked_event_trigger_owner;
extern const HookedCommand hooked_comment_on_event_trigger;
extern const HookedCommand hooked_drop_event_trigger;

// cluster.cpp
extern const HookedCommand hooked_cluster;

// reindex.cpp
extern const HookedCommand hooked_reindex;
extern const HookedCommand hooked_index_build; // by an ALTER TABLE, or by REFRESH MATERIALIZED VIEW
// Whether an ALTER TABLE may build indexes of the table anew.
bool may_build_indexes(Node *statement);

// security_label.cpp
extern const HookedCommand hooked_label_role;
extern const HookedCommand hooked_label_database;
extern const HookedCommand hooked_label_event_trigger;

} // namespace pg_follower::deparse
