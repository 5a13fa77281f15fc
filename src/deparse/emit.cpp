// Puts DDL into WAL as authenticated, transactional logical messages. See emit.hpp and common/ddl_message.cpp.
#include "deparse/emit.hpp"
#include "deparse/command_lock.hpp"
#include "deparse/role_policy.hpp"
#include "deparse/text/repairs.hpp"
#include "pg_follower/ddl_message.hpp"
#include "pg_follower/failpoints.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/namespace.h"
}

namespace pg_follower::deparse {

void emit_statement(const FollowedCommand &command, const List *roles, const Statement &statement)
{
    share_command_lock();
    DdlMessage ddl = {};
    ddl.kind = statement.needed == Needed::yes ? DdlKind::statement : DdlKind::optional;
    bool by_caller = statement.run_as == RunAs::caller;
    ddl.cluster_wide = command.scope == Scope::cluster;
    ddl.creates_roles = missing_roles_follow();
    ddl.sets_role = statement.sets_role;
    // What is said about roles may hold passwords, and settings of any kind.
    ddl.holds_secret = statement.holds_secret || ddl.cluster_wide;
    ddl.of_extension = command.of_extension;
    ddl.extension = statement.extension;
    ddl.extension_version = statement.extension_version;
    ddl.tag = command.tag;
    ddl.object = command.object;
    ddl.role = by_caller ? GetUserNameFromId(command.caller, false) : "";
    ddl.sql = repair_text(statement.sql.c_str());
    ddl.since = static_cast<uint32>(Max(statement.since, statement.sql.oldest_reader()));
    if (statement.since == 0 && ddl.since != 0)
        ddl.older_sql = repair_text(statement.sql.older_text());
    if (statement.concurrent_sql)
        ddl.concurrent_sql = repair_text(statement.concurrent_sql);
    // A statement that the worker's own role runs calls nothing that users wrote, so it needs no search_path.
    if (by_caller)
        ddl.search_path = namespace_search_path;
    auto names = allocate<const char *>(list_length(roles) + 1);
    for (Oid role : each_oid(roles)) {
        // The name is null where the command itself dropped the role. Predefined roles exist on every server.
        const char *name = GetUserNameFromId(role, true);
        if (name && !IsReservedName(name))
            names[ddl.role_count++] = name;
    }
    // The role that runs the command is created downstream where it is missing. A superuser has to be there already,
    // because its commands need a superuser.
    if (ddl.creates_roles && by_caller && !superuser_arg(command.caller) && !list_member_oid(roles, command.caller))
        names[ddl.role_count++] = ddl.role;
    ddl.roles = names;
    PGF_FAILPOINT(before_statement_message);
    log_ddl(ddl);
    PGF_FAILPOINT(after_statement_message);
}

void emit_unsupported(const FollowedCommand &command, const char *reason)
{
    DdlMessage ddl = {};
    ddl.kind = DdlKind::unsupported;
    ddl.of_extension = command.of_extension;
    ddl.tag = command.tag;
    ddl.object = command.object;
    ddl.role = GetUserNameFromId(GetUserId(), false);
    ddl.sql = reason;
    PGF_FAILPOINT(before_unsupported_message);
    log_ddl(ddl);
    PGF_FAILPOINT(after_unsupported_message);
}

void emit_rewrite(Oid relid)
{
    DdlMessage ddl;
    ddl.kind = DdlKind::rewrite;
    ddl.rewritten = relid;
    PGF_FAILPOINT(before_rewrite_message);
    log_ddl(ddl);
    PGF_FAILPOINT(after_rewrite_message);
}

void emit_dropped(const DroppedObject &object)
{
    DdlMessage ddl;
    ddl.kind = DdlKind::dropped;
    ddl.object = object.identity;
    ddl.dropped_catalog = object.address.classId;
    ddl.dropped_oid = object.address.objectId;
    PGF_FAILPOINT(before_drop_message);
    log_ddl(ddl);
    PGF_FAILPOINT(after_drop_message);
}

} // namespace pg_follower::deparse
