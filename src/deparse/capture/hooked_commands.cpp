// Finds the line of a statement in the list of hooked commands. See hooked_commands.hpp.
#include "deparse/capture/hooked_commands.hpp"

namespace pg_follower::deparse {

bool is_grant_on_database(Node *statement)
{
    auto *grant = castNode(GrantStmt, statement);
    return grant->is_grant && grant->objtype == OBJECT_DATABASE;
}

bool is_revoke_on_database(Node *statement)
{
    auto *revoke = castNode(GrantStmt, statement);
    return !revoke->is_grant && revoke->objtype == OBJECT_DATABASE;
}

bool is_grant_of_role(Node *statement)
{
    return castNode(GrantRoleStmt, statement)->is_grant;
}

bool is_revoke_of_role(Node *statement)
{
    return !castNode(GrantRoleStmt, statement)->is_grant;
}

bool is_set_in_database(Node *statement)
{
    return castNode(AlterRoleSetStmt, statement)->database;
}

bool is_set_in_all_databases(Node *statement)
{
    return !castNode(AlterRoleSetStmt, statement)->database;
}

const HookedCommand *find_hooked_command(Node *statement)
{
    NodeTag kind = nodeTag(statement);
    for (const HookedEntry &entry : hooked_commands)
        if (entry.statement == kind && (!entry.applies || entry.applies(statement)))
            return entry.command;
    return nullptr;
}

} // namespace pg_follower::deparse
