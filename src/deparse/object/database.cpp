// Commands about the followed database itself: its settings, owner, privileges and comment.
//
// They are written for the database where they are replayed, whatever its name. Its name, its connection limit and its
// tablespace are the downstream's own business. The commands may fail downstream: nothing that follows needs them.
#include "deparse/object/database.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/hooked_command.hpp"
#include "deparse/object/setting_clause.hpp"
#include "deparse/privileges.hpp"

extern "C" {
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "utils/acl.h"
}

namespace pg_follower::deparse {
namespace {

SqlWriter &statement_of(Script &script)
{
    return script.statement(RunAs::caller, Needed::if_possible);
}

const char *this_database()
{
    SqlWriter out;
    out.text("database ").name(get_database_name(MyDatabaseId));
    return out.c_str();
}

bool is_this(const char *database)
{
    return get_database_oid(database, true) == MyDatabaseId;
}

} // namespace

const char *object_if_this_database(const char *name)
{
    return is_this(name) ? this_database() : nullptr;
}

namespace {

const char *object_of_set(Node *node, const void *)
{
    return object_if_this_database(castNode(AlterDatabaseSetStmt, node)->dbname);
}

void write_set(Script &script, Node *node, const void *)
{
    SqlWriter tail;
    const VariableSetStmt *clause = castNode(AlterDatabaseSetStmt, node)->setstmt;
    write_stored_setting(tail, clause, MyDatabaseId, InvalidOid);
    write_with_database(statement_of(script), "ALTER DATABASE ", tail.c_str());
    script.last().sets_role = sets_role(clause);
}

const char *object_of_owner(Node *node, const void *)
{
    return object_if_this_database(strVal(castNode(AlterOwnerStmt, node)->object));
}

void write_owner(Script &script, Node *node, const void *)
{
    SqlWriter tail;
    tail.text(" OWNER TO ").role_name(get_rolespec_oid(castNode(AlterOwnerStmt, node)->newowner, false));
    write_with_database(statement_of(script), "ALTER DATABASE ", tail.c_str());
}

const char *object_of_comment(Node *node, const void *)
{
    return object_if_this_database(strVal(castNode(CommentStmt, node)->object));
}

void write_comment(Script &script, Node *node, const void *)
{
    SqlWriter tail;
    tail.text(" IS ").literal_or_null(castNode(CommentStmt, node)->comment);
    write_with_database(statement_of(script), "COMMENT ON DATABASE ", tail.c_str());
}

const char *object_of_grant(Node *node, const void *)
{
    for (Node *name : each<Node>(castNode(GrantStmt, node)->objects))
        if (is_this(strVal(name)))
            return this_database();
    return nullptr;
}

void write_grant(Script &script, Node *node, const void *)
{
    auto statement = castNode(GrantStmt, node);
    SqlWriter head, tail;
    write_grant_or_revoke(head, statement->is_grant, statement->grant_option);
    SqlWriter::Separator comma(", ");
    for (AccessPriv *privilege : each<AccessPriv>(statement->privileges))
        head.next(comma).text(privilege->priv_name);
    head.text(statement->privileges ? " ON DATABASE " : "ALL ON DATABASE ");
    List *grantees = NIL;
    for (RoleSpec *role : each<RoleSpec>(statement->grantees))
        grantees = lappend_oid(grantees, grantee(role));
    // The grantor is the role that runs the command: GRANTED BY names it, or the command fails.
    write_grantees(tail, statement->is_grant, statement->grant_option, grantees, statement->behavior);
    write_with_database(statement_of(script), head.c_str(), tail.c_str());
}

// Whether the current transaction has changed the row of the database.
bool is_changed()
{
    DeadRows<FormData_pg_database> rows(DatabaseRelationId, DatabaseOidIndexId, {{Anum_pg_database_oid, MyDatabaseId}});
    return rows.begin() != rows.end();
}

} // namespace

void revoke_on_database(Script &script, const List *roles)
{
    if (!is_changed())
        return;
    SqlWriter tail;
    write_grantees(tail, false, false, roles, DROP_CASCADE);
    write_with_database(statement_of(script), "REVOKE ALL ON DATABASE ", tail.c_str());
}

constexpr HookedCommand hooked_set_for_database = {Scope::database, nullptr, object_of_set, write_set};
constexpr HookedCommand hooked_database_owner = {Scope::database, nullptr, object_of_owner, write_owner};
constexpr HookedCommand hooked_comment_on_database = {Scope::database, nullptr, object_of_comment, write_comment};
constexpr HookedCommand hooked_grant_on_database = {Scope::database, nullptr, object_of_grant, write_grant};

} // namespace pg_follower::deparse
