// Finds, or creates, the roles of a command. See roles.hpp.
//
// A role is created as the worker's own role, bare: it cannot log in, has no password and no attribute. That gives
// nobody anything but a name for owners and grantees.
#include "apply/execute/roles.hpp"

#include "pg_follower/settings.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "commands/user.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "utils/acl.h"
}

namespace pg_follower::apply {
namespace {

void create_role(const char *name)
{
    // The lock keeps out another worker that may be creating the same role.
    Relation authid = table_open(AuthIdRelationId, ShareRowExclusiveLock);
    if (!OidIsValid(get_role_oid(name, true))) {
        CreateRoleStmt *statement = makeNode(CreateRoleStmt);
        statement->stmt_type = ROLESTMT_ROLE;
        statement->role = pstrdup(name);
        (void)CreateRole(make_parsestate(nullptr), statement);
        CommandCounterIncrement();
        ereport(LOG, (errmsg("created role \"%s\", which a command of the upstream needs", name)));
    }
    table_close(authid, NoLock);
}

[[noreturn]] void raise_missing(const char *name, const char *purpose)
{
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("role \"%s\", which %s on the upstream, does not exist on this server", name, purpose),
                    errhint("Create the role as it is on the upstream. Roles follow by "
                            "themselves where the upstream has pg_follower in shared_preload_libraries and "
                            "pg_follower.roles is not \"off\".")));
    pg_unreachable();
}

} // namespace

Oid role_of(const DdlMessage &ddl, const char **reason)
{
    // The roles that the command names come first, because one of them may be the role that runs it.
    bool to_worker = settings.missing_role == MissingRole::worker;
    for (int i = 0; i < ddl.role_count; ++i) {
        if (OidIsValid(get_role_oid(ddl.roles[i], true)))
            continue;
        if (ddl.creates_roles) {
            create_role(ddl.roles[i]);
            continue;
        }
        if (!to_worker)
            raise_missing(ddl.roles[i], "a command names");
        *reason = psprintf("role \"%s\" does not exist on the downstream", ddl.roles[i]);
        return InvalidOid;
    }
    // A command without a role runs as the worker's own.
    if (ddl.role[0] == '\0')
        return GetUserId();
    Oid role = get_role_oid(ddl.role, true);
    if (OidIsValid(role))
        return role;
    if (!to_worker)
        raise_missing(ddl.role, "ran a command");
    return GetUserId();
}

} // namespace pg_follower::apply
