// CREATE, ALTER and DROP ROLE (USER, GROUP), memberships, settings of roles, COMMENT ON ROLE, and REASSIGN OWNED.
//
// Each is written as its caller ran it, so it succeeds downstream where that role may do the same there. A role that
// exists is no error: CREATE ROLE gives it the attributes of the new one. A password is written as it is stored.
// Roles that a command names are created downstream where they are missing (see emit.cpp), so a command about a role
// that is older than the follow succeeds, too.
//
// With pg_follower.roles = missing a role's new name is all that is written here: later commands know the role by it.
#include "deparse/object/roles.hpp"
#include "deparse/hooked_command.hpp"
#include "deparse/object/setting_clause.hpp"
#include "deparse/privileges.hpp"
#include "deparse/role_policy.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"
}

namespace pg_follower::deparse {
namespace {

using AuthIdRow = CatalogRow<FormData_pg_authid>;

// An attribute of a role: the name of its option in the grammar, how SQL writes it when it is set and when it is not,
// and its column.
struct RoleAttribute {
    const char *option;
    const char *set;
    const char *unset;
    bool FormData_pg_authid::*column;
    bool initially;
    bool for_superusers;
};

constexpr RoleAttribute attributes[] = {
    {"superuser", "SUPERUSER", "NOSUPERUSER", &FormData_pg_authid::rolsuper, false, true},
    {"inherit", "INHERIT", "NOINHERIT", &FormData_pg_authid::rolinherit, true, false},
    {"createrole", "CREATEROLE", "NOCREATEROLE", &FormData_pg_authid::rolcreaterole, false, false},
    {"createdb", "CREATEDB", "NOCREATEDB", &FormData_pg_authid::rolcreatedb, false, false},
    {"canlogin", "LOGIN", "NOLOGIN", &FormData_pg_authid::rolcanlogin, false, false},
    {"isreplication", "REPLICATION", "NOREPLICATION", &FormData_pg_authid::rolreplication, false, true},
    {"bypassrls", "BYPASSRLS", "NOBYPASSRLS", &FormData_pg_authid::rolbypassrls, false, true},
};

bool is(const DefElem *option, const char *name)
{
    return strcmp(option->defname, name) == 0;
}

void write_password(SqlWriter &out, const AuthIdRow &row)
{
    const char *password = row.string(Anum_pg_authid_rolpassword);
    out.text(" PASSWORD ").literal_or_null(password);
}

void write_valid_until(SqlWriter &out, const AuthIdRow &row)
{
    bool is_null;
    Datum until = row.datum(Anum_pg_authid_rolvaliduntil, is_null);
    if (!is_null)
        out.text(" VALID UNTIL ").literal(DatumGetCString(DirectFunctionCall1(timestamptz_out, until)));
}

void write_connection_limit(SqlWriter &out, const AuthIdRow &row)
{
    out.text(" CONNECTION LIMIT ").number(row->rolconnlimit);
}

// Writes what differs from a role that was created without any option. It writes no more, because some options may be
// written by superusers only, whatever their value.
void write_new_attributes(SqlWriter &out, const AuthIdRow &row)
{
    for (const RoleAttribute &attribute : attributes)
        if (bool value = (*row).*attribute.column; value != attribute.initially)
            out.text(' ').text(value ? attribute.set : attribute.unset);
    if (row->rolconnlimit != -1)
        write_connection_limit(out, row);
    if (row.string(Anum_pg_authid_rolpassword))
        write_password(out, row);
    write_valid_until(out, row);
}

// Writes all attributes that the caller may write, for a role that may exist with any attributes.
void write_all_attributes(SqlWriter &out, const AuthIdRow &row)
{
    for (const RoleAttribute &attribute : attributes)
        if (!attribute.for_superusers || superuser())
            out.text(' ').text((*row).*attribute.column ? attribute.set : attribute.unset);
    write_connection_limit(out, row);
    write_password(out, row);
    write_valid_until(out, row);
}

// Writes the attributes that the options name, with the values that the role has now.
void write_named_attributes(SqlWriter &out, const AuthIdRow &row, const List *options)
{
    for (DefElem *option : each<DefElem>(options)) {
        for (const RoleAttribute &attribute : attributes)
            if (is(option, attribute.option))
                out.text(' ').text((*row).*attribute.column ? attribute.set : attribute.unset);
        if (is(option, "password"))
            write_password(out, row);
        else if (is(option, "validUntil"))
            write_valid_until(out, row);
        else if (is(option, "connectionlimit"))
            write_connection_limit(out, row);
    }
}

// What SELECT FROM takes to look for a role of that name.
void write_role_query(SqlWriter &out, const char *name)
{
    out.text("pg_catalog.pg_roles WHERE ").equals("rolname").literal(name);
}

const char *object_of_role(const char *name)
{
    SqlWriter out;
    out.text("role ").name(name);
    return out.c_str();
}

const char *object_of_role(const RoleSpec *role)
{
    return object_of_role(get_rolespec_name(role));
}

// ------------------------------------------------------------------------------------------------------- CREATE ROLE

const char *object_of_create(Node *statement, const void *)
{
    return all_roles_follow() ? object_of_role(castNode(CreateRoleStmt, statement)->role) : nullptr;
}

// Whether a list of identifiers has one, which the server takes in any case.
bool has_word(const List *words, const char *word)
{
    for (const char *given : each<const char>(words))
        if (pg_strcasecmp(given, word) == 0)
            return true;
    return false;
}

// The role that a caller without all rights makes is granted to it as its session's setting createrole_self_grant says,
// from version 16 on. Downstream that setting is empty.
void write_self_grant(Script &script, const char *role)
{
    const char *setting = GetConfigOption("createrole_self_grant", true, false);
    List *options = NIL;
    if (superuser() || !setting || !SplitIdentifierString(pstrdup(setting), ',', &options) || options == NIL)
        return;
    script.statement()
        .text("GRANT ")
        .name(role)
        .text(" TO ")
        .role_name(GetUserId())
        .text(has_word(options, "inherit") ? " WITH INHERIT TRUE" : " WITH INHERIT FALSE")
        .text(has_word(options, "set") ? ", SET TRUE" : ", SET FALSE");
}

void write_create(Script &script, Node *node, const void *)
{
    auto statement = castNode(CreateRoleStmt, node);
    Oid role = get_role_oid(statement->role, false);
    AuthIdRow row(AuthIdRelationId, role);
    SqlWriter same_name, alter, create;
    write_role_query(same_name, statement->role);
    write_all_attributes(alter.text("ALTER ROLE ").name(statement->role), row);
    write_new_attributes(create.text("CREATE ROLE ").name(statement->role), row);
    script.statement().do_if_exists(same_name.c_str(), alter.c_str(), create.c_str());

    write_self_grant(script, statement->role);
    for (DefElem *option : each<DefElem>(statement->options)) {
        bool is_group = is(option, "addroleto");
        bool is_admin = is(option, "adminmembers");
        if (!is_group && !is_admin && !is(option, "rolemembers"))
            continue;
        for (RoleSpec *other : each<RoleSpec>(castNode(List, option->arg))) {
            Oid other_role = get_rolespec_oid(other, false);
            SqlWriter &out = script.statement();
            out.text("GRANT ");
            // The new role exists by now, so it is written by its name, not as a role that may have to be created.
            if (is_group)
                out.role_name(other_role).text(" TO ").name(statement->role);
            else
                out.name(statement->role).text(" TO ").role_name(other_role);
            if (is_admin)
                out.text(" WITH ADMIN OPTION");
        }
    }
}

// -------------------------------------------------------------------------------------------------------- ALTER ROLE

const char *object_of_alter(Node *statement, const void *)
{
    return all_roles_follow() ? object_of_role(castNode(AlterRoleStmt, statement)->role) : nullptr;
}

void write_alter(Script &script, Node *node, const void *)
{
    auto statement = castNode(AlterRoleStmt, node);
    Oid role = get_rolespec_oid(statement->role, false);
    AuthIdRow row(AuthIdRelationId, role);
    SqlWriter options;
    write_named_attributes(options, row, statement->options);
    if (!options.empty())
        script.statement().text("ALTER ROLE ").role_name(role).text(options.c_str());

    // ALTER GROUP ... ADD USER, DROP USER.
    for (DefElem *option : each<DefElem>(statement->options)) {
        if (!is(option, "rolemembers"))
            continue;
        bool add = statement->action > 0;
        for (RoleSpec *member : each<RoleSpec>(castNode(List, option->arg)))
            script.statement()
                .text(add ? "GRANT " : "REVOKE ")
                .role_name(role)
                .text(add ? " TO " : " FROM ")
                .role_name(get_rolespec_oid(member, false));
    }
}

// ------------------------------------------------------------------------------------------- ALTER ROLE ... SET, RESET

const char *object_of_set(Node *node, const void *)
{
    auto statement = castNode(AlterRoleSetStmt, node);
    if (!all_roles_follow())
        return nullptr;
    return statement->role ? object_of_role(statement->role) : "all roles";
}

// A setting for one database belongs to that database, as with ALTER DATABASE ... SET. So it follows also where roles
// do not follow as such, but not where nothing at all about roles follows.
const char *object_of_set_in_database(Node *node, const void *)
{
    auto statement = castNode(AlterRoleSetStmt, node);
    if (get_database_oid(statement->database, true) != MyDatabaseId)
        return nullptr;
    if (!statement->role)
        return "all roles";
    return settings.roles == RolesFollow::off ? nullptr : object_of_role(statement->role);
}

void write_set(Script &script, Node *node, const void *)
{
    auto statement = castNode(AlterRoleSetStmt, node);
    Oid role = statement->role ? get_rolespec_oid(statement->role, false) : InvalidOid;
    SqlWriter head, tail;
    head.text("ALTER ROLE ");
    if (OidIsValid(role))
        head.role_name(role);
    else
        head.text("ALL");
    write_stored_setting(tail, statement->setstmt, statement->database ? MyDatabaseId : InvalidOid, role);
    // Where only missing roles are created downstream, the caller may lack the right to do this there.
    if (statement->database)
        write_with_database(script.statement(RunAs::caller, Needed::if_possible), head.text(" IN DATABASE ").c_str(),
                            tail.c_str());
    else
        script.statement().text(head.c_str()).text(tail.c_str());
    script.last().sets_role = sets_role(statement->setstmt);
}

// --------------------------------------------------------------------------------------------------------- DROP ROLE

// The names, of those that the statement lists, that belong to a role.
void *roles_before_drop(Node *node)
{
    List *names = NIL;
    for (RoleSpec *role : each<RoleSpec>(castNode(DropRoleStmt, node)->roles))
        if (role->roletype == ROLESPEC_CSTRING && OidIsValid(get_role_oid(role->rolename, true)))
            names = lappend(names, pstrdup(role->rolename));
    return names;
}

const char *object_of_drop(Node *, const void *before)
{
    auto names = static_cast<const List *>(before);
    return all_roles_follow() && names ? object_of_role(static_cast<const char *>(linitial(names))) : nullptr;
}

// A role may own something downstream that it never owned upstream. So the drop may fail there; nothing that follows
// needs it.
void write_drop(Script &script, Node *, const void *before)
{
    for (char *name : each<char>(static_cast<const List *>(before)))
        script.statement(RunAs::caller, Needed::if_possible).text("DROP ROLE IF EXISTS ").name(name);
}

// ------------------------------------------------------------------------------------------------------- memberships

const char *object_of_grant(Node *node, const void *)
{
    auto statement = castNode(GrantRoleStmt, node);
    return all_roles_follow() ? object_of_role(linitial_node(AccessPriv, statement->granted_roles)->priv_name)
                              : nullptr;
}

void write_grant(Script &script, Node *node, const void *)
{
    auto statement = castNode(GrantRoleStmt, node);
    SqlWriter options;
    SqlWriter::Separator comma(", ");
    for_each_role_grant_option(statement, [&](const char *name, const char *value) {
        if (statement->is_grant)
            options.next(comma).text(name).text(' ').text(value);
        else
            options.text(name).text(" OPTION FOR ");
    });
    for (AccessPriv *granted : each<AccessPriv>(statement->granted_roles))
        for (RoleSpec *grantee : each<RoleSpec>(statement->grantee_roles)) {
            SqlWriter &out = script.statement();
            out.text(statement->is_grant ? "GRANT " : "REVOKE ");
            if (!statement->is_grant)
                out.text(options.c_str());
            out.role_name(get_role_oid(granted->priv_name, false))
                .text(statement->is_grant ? " TO " : " FROM ")
                .role_name(get_rolespec_oid(grantee, false));
            if (statement->is_grant && !options.empty())
                out.text(" WITH ").text(options.c_str());
            if (statement->grantor)
                out.text(" GRANTED BY ").role_name(get_rolespec_oid(statement->grantor, false));
            if (!statement->is_grant && statement->behavior == DROP_CASCADE)
                out.text(" CASCADE");
        }
}

// --------------------------------------------------------------------------------------------------- RENAME, COMMENT

const char *object_of_rename(Node *node, const void *)
{
    return settings.roles == RolesFollow::off ? nullptr : object_of_role(castNode(RenameStmt, node)->subname);
}

void write_rename(Script &script, Node *node, const void *)
{
    auto statement = castNode(RenameStmt, node);
    // Commands that needed the role have created it downstream under its old name. If it is not there, nothing needs
    // it.
    SqlWriter old_name, rename;
    write_role_query(old_name, statement->subname);
    rename.text("ALTER ROLE ").name(statement->subname).text(" RENAME TO ").name(statement->newname);
    bool of_superuser = superuser_arg(get_role_oid(statement->newname, false));
    if (all_roles_follow()) {
        script.statement().do_if_exists(old_name.c_str(), rename.c_str());
        return;
    }
    // The attributes of roles do not follow, so the caller may lack the right to do this downstream, and the worker's
    // own role does it instead. It must not take the name from a role that has nothing to do with the follow, nor from
    // somebody who is more downstream than upstream.
    old_name.text(" AND EXISTS (SELECT FROM pg_catalog.pg_shdepend AS d WHERE d.refobjid OPERATOR(pg_catalog.=)"
                  " pg_roles.oid AND d.refclassid OPERATOR(pg_catalog.=)"
                  " 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.dbid OPERATOR(pg_catalog.=)"
                  " (SELECT oid FROM pg_catalog.pg_database"
                  " WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))");
    if (!of_superuser)
        old_name.text(" AND NOT rolsuper");
    script.statement(of_superuser ? RunAs::caller : RunAs::applier, Needed::if_possible)
        .do_if_exists(old_name.c_str(), rename.c_str());
}

const char *object_of_comment(Node *node, const void *)
{
    return all_roles_follow() ? object_of_role(strVal(castNode(CommentStmt, node)->object)) : nullptr;
}

void write_comment(Script &script, Node *node, const void *)
{
    auto statement = castNode(CommentStmt, node);
    script.statement()
        .text("COMMENT ON ROLE ")
        .role_name(get_role_oid(strVal(statement->object), false))
        .text(" IS ")
        .literal_or_null(statement->comment);
}

// ------------------------------------------------------------------------------------------------------ REASSIGN OWNED

const char *object_of_reassign(Node *node, const void *)
{
    return object_of_role(linitial_node(RoleSpec, castNode(ReassignOwnedStmt, node)->roles));
}

void write_reassign(Script &script, Node *node, const void *)
{
    auto statement = castNode(ReassignOwnedStmt, node);
    SqlWriter &out = script.statement();
    out.text("REASSIGN OWNED BY ");
    SqlWriter::Separator comma(", ");
    for (RoleSpec *role : each<RoleSpec>(statement->roles))
        out.next(comma).role_name(get_rolespec_oid(role, false));
    out.text(" TO ").role_name(get_rolespec_oid(statement->newrole, false));
}

} // namespace

void write_all_roles(SqlWriter &out)
{
    for (const auto &role : CatalogScan<FormData_pg_authid>(AuthIdRelationId, InvalidOid, {})) {
        const char *name = NameStr(role->rolname);
        if (IsReservedName(name))
            continue;
        SqlWriter same_name, create;
        write_role_query(same_name, name);
        write_new_attributes(create.text("CREATE ROLE ").name(name), AuthIdRow(AuthIdRelationId, role->oid));
        out.do_if_not_exists(same_name.c_str(), create.c_str()).text(";\n");
    }
    for (const auto &row : CatalogScan<FormData_pg_auth_members>(AuthMemRelationId, InvalidOid, {})) {
        // The memberships of predefined roles in each other are the server's own.
        if (IsReservedName(GetUserNameFromId(row->member, false)))
            continue;
        out.text("GRANT ").role_name(row->roleid).text(" TO ").role_name(row->member);
        const char *before = " WITH ";
        for_each_membership_option(*row, [&](const char *option) {
            out.text(before).text(option);
            before = ", ";
        });
        out.text(";\n");
    }
}

constexpr HookedCommand hooked_create_role = {Scope::cluster, nullptr, object_of_create, write_create};
constexpr HookedCommand hooked_alter_role = {Scope::cluster, nullptr, object_of_alter, write_alter};
constexpr HookedCommand hooked_set_for_role = {Scope::cluster, nullptr, object_of_set, write_set};
constexpr HookedCommand hooked_set_for_role_in_database = {Scope::database, nullptr, object_of_set_in_database,
                                                           write_set};
constexpr HookedCommand hooked_rename_role = {Scope::cluster, nullptr, object_of_rename, write_rename};
constexpr HookedCommand hooked_drop_role = {Scope::cluster, roles_before_drop, object_of_drop, write_drop};
constexpr HookedCommand hooked_comment_on_role = {Scope::cluster, nullptr, object_of_comment, write_comment};
constexpr HookedCommand hooked_grant_role = {Scope::cluster, nullptr, object_of_grant, write_grant};
constexpr HookedCommand hooked_reassign_owned = {Scope::database, nullptr, object_of_reassign, write_reassign};

} // namespace pg_follower::deparse
