// DROP OWNED. The server tells of the objects that it drops and of the REVOKE commands that it consists of. What it
// takes from default privileges, from the roles of policies and from the privileges on the database, and that it drops
// event triggers, the server does not tell: that is written here.
#include "deparse/drop/drop_owned.hpp"
#include "deparse/object/database.hpp"
#include "deparse/object/user_event_trigger.hpp"
#include "deparse/privileges.hpp"
#include "deparse/table/policy.hpp"
#include "deparse/verb/default_privileges.hpp"

namespace pg_follower::deparse {

void write_drop_owned(Script &script, const DropOwnedStmt *statement)
{
    List *roles = NIL;
    for (RoleSpec *role : each<RoleSpec>(statement->roles))
        roles = lappend_oid(roles, grantee(role));
    revoke_default_privileges(script, roles);
    write_changed_policy_roles(script);
    revoke_on_database(script, roles);
    drop_dead_event_triggers(script);
}

} // namespace pg_follower::deparse
