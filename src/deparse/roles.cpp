// Roles, their memberships and settings, the settings of the database, and REASSIGN OWNED.
//
// Event triggers see none of these commands, so a ProcessUtility hook does; it needs the library to be preloaded.
// Roles belong to the whole server, messages to a database: a command on a role follows where it is run in the followed
// database. Which do is said by pg_follower.roles: `off`; `missing`, roles that other statements need are created,
// without login, password or privileges; `all`, they are created as they are, and role commands follow, with passwords
// as the hashes that the server stores. A role that exists downstream is left as it is.
#include "catalog.hpp"
#include "emit.hpp"
#include "event.hpp"
#include "roles.hpp"
#include "setting_clause.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/genam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/comment.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"
}

namespace pg_follower {
namespace {

using RoleRow = CatalogRow<Form_pg_authid>;

ProcessUtility_hook_type next_process_utility;

bool follows(FollowRoles least)
{
    return settings.roles >= static_cast<int>(least);
}

// An anonymous block, as one literal.
void write_block(SqlWriter &out, const SqlWriter &body)
{
    out.text("DO ").literal(body.c_str());
}

// ------------------------------------------------------------------------------------------------------ attributes

struct Attribute {
    const char *option; // as the parser calls it
    const char *yes, *no;
    bool FormData_pg_authid::*column;
    bool by_default;
};

constexpr Attribute attributes[] = {
    {"superuser", "SUPERUSER", "NOSUPERUSER", &FormData_pg_authid::rolsuper, false},
    {"inherit", "INHERIT", "NOINHERIT", &FormData_pg_authid::rolinherit, true},
    {"createrole", "CREATEROLE", "NOCREATEROLE", &FormData_pg_authid::rolcreaterole, false},
    {"createdb", "CREATEDB", "NOCREATEDB", &FormData_pg_authid::rolcreatedb, false},
    {"canlogin", "LOGIN", "NOLOGIN", &FormData_pg_authid::rolcanlogin, false},
    {"isreplication", "REPLICATION", "NOREPLICATION", &FormData_pg_authid::rolreplication, false},
    {"bypassrls", "BYPASSRLS", "NOBYPASSRLS", &FormData_pg_authid::rolbypassrls, false},
};

void write_valid_until(SqlWriter &out, const RoleRow &row)
{
    bool is_null;
    Datum until = row.datum(Anum_pg_authid_rolvaliduntil, is_null);
    out.text(" VALID UNTIL ").literal(is_null ? "infinity" : DatumGetCString(DirectFunctionCall1(timestamptz_out, until)));
}

void write_password(SqlWriter &out, const RoleRow &row)
{
    out.text(" PASSWORD ");
    if (const char *hash = row.string(Anum_pg_authid_rolpassword))
        out.literal(hash);
    else
        out.text("NULL");
}

// What the role has beyond a role without any options.
void write_all_attributes(SqlWriter &out, const RoleRow &row)
{
    const FormData_pg_authid &form = *row.operator->();
    for (const Attribute &attribute : attributes)
        if (form.*attribute.column != attribute.by_default)
            out.text(' ').text(form.*attribute.column ? attribute.yes : attribute.no);
    if (form.rolconnlimit != -1)
        out.text(" CONNECTION LIMIT ").number(form.rolconnlimit);
    bool is_null;
    (void)row.datum(Anum_pg_authid_rolvaliduntil, is_null);
    if (!is_null)
        write_valid_until(out, row);
    if (row.string(Anum_pg_authid_rolpassword))
        write_password(out, row);
}

// The attributes that an ALTER ROLE names, as the role has them now. Returns whether there were any.
bool write_named_attributes(SqlWriter &out, const RoleRow &row, const List *options)
{
    int start = out.length();
    const FormData_pg_authid &form = *row.operator->();
    for (DefElem *option : each<DefElem>(options)) {
        for (const Attribute &attribute : attributes)
            if (strcmp(option->defname, attribute.option) == 0)
                out.text(' ').text(form.*attribute.column ? attribute.yes : attribute.no);
        if (strcmp(option->defname, "connectionlimit") == 0)
            out.text(" CONNECTION LIMIT ").number(form.rolconnlimit);
        else if (strcmp(option->defname, "validUntil") == 0)
            write_valid_until(out, row);
        else if (strcmp(option->defname, "password") == 0)
            write_password(out, row);
    }
    return out.length() > start;
}

// ------------------------------------------------------------------------------------------------------ role commands

// A block that creates the role unless it is there.
void write_create_role(SqlWriter &out, Oid role, bool with_attributes)
{
    RoleRow row(AuthIdRelationId, role);
    SqlWriter body;
    body.text("BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ")
        .literal(NameStr(row->rolname))
        .text(") THEN CREATE ROLE ")
        .name(NameStr(row->rolname));
    if (with_attributes)
        write_all_attributes(body, row);
    body.text("; END IF; END");
    write_block(out, body);
}

void write_roles(SqlWriter &out, const List *roles)
{
    SqlWriter::Separator comma(", ");
    for (RoleSpec *role : each<RoleSpec>(roles))
        out.next(comma).role_name(get_rolespec_oid(role, false));
}

// GRANT or REVOKE of `granted`, a list of names or OIDs written by `write_granted`, for `members`.
template <typename WriteGranted>
void write_membership(SqlWriter &out, bool grant, const char *option, WriteGranted write_granted, const List *members)
{
    out.text(grant ? "GRANT " : "REVOKE ");
    if (!grant && *option)
        out.text(option).text(" OPTION FOR ");
    write_granted(out);
    out.text(grant ? " TO " : " FROM ");
    write_roles(out, members);
}

void deparse_create_role(Script &script, const Command &command)
{
    auto *statement = statement_of<CreateRoleStmt>(command, T_CreateRoleStmt);
    Oid role = get_role_oid(statement->role, false);
    write_create_role(script.statement(), role, true);

    auto this_role = [&](SqlWriter &out) { out.role_name(role); };
    for (DefElem *option : each<DefElem>(statement->options)) {
        auto *others = reinterpret_cast<List *>(option->arg);
        if (strcmp(option->defname, "rolemembers") == 0)
            write_membership(script.statement(), true, "", this_role, others);
        else if (strcmp(option->defname, "adminmembers") == 0) {
            SqlWriter &out = script.statement();
            write_membership(out, true, "", this_role, others);
            out.text(" WITH ADMIN OPTION");
        } else if (strcmp(option->defname, "addroleto") == 0) {
            SqlWriter &out = script.statement();
            out.text("GRANT ");
            write_roles(out, others);
            out.text(" TO ").role_name(role);
        }
    }
}

void deparse_alter_role(Script &script, const Command &command)
{
    auto *statement = statement_of<AlterRoleStmt>(command, T_AlterRoleStmt);
    Oid role = get_rolespec_oid(statement->role, false);
    RoleRow row(AuthIdRelationId, role);
    SqlWriter text;
    text.text("ALTER ROLE ").name(NameStr(row->rolname));
    if (write_named_attributes(text, row, statement->options))
        script.statement().text(text.c_str());
    for (DefElem *option : each<DefElem>(statement->options))
        if (strcmp(option->defname, "rolemembers") == 0)
            write_membership(
                script.statement(), statement->action > 0, "", [&](SqlWriter &out) { out.role_name(role); },
                reinterpret_cast<List *>(option->arg));
}

void deparse_drop_role(Script &script, const Command &command)
{
    // Downstream it may own what is not followed.
    for (RoleSpec *role : each<RoleSpec>(statement_of<DropRoleStmt>(command, T_DropRoleStmt)->roles))
        script.statement(RunAs::caller, Needed::if_possible).text("DROP ROLE IF EXISTS ").name(role->rolename);
}

void deparse_grant_role(Script &script, const Command &command)
{
    auto *statement = statement_of<GrantRoleStmt>(command, T_GrantRoleStmt);
    SqlWriter &out = script.statement();
    auto granted = [&](SqlWriter &roles) {
        SqlWriter::Separator comma(", ");
        for (AccessPriv *role : each<AccessPriv>(statement->granted_roles))
            roles.next(comma).role_name(get_role_oid(role->priv_name, false));
    };
    write_membership(out, statement->is_grant, revoked_membership_option(statement), granted,
                     statement->grantee_roles);
    if (statement->is_grant)
        write_membership_options(out.buffer(), statement);
    if (statement->grantor)
        out.text(" GRANTED BY ").role_name(get_rolespec_oid(statement->grantor, false));
    if (!statement->is_grant && statement->behavior == DROP_CASCADE)
        out.text(" CASCADE");
}

void deparse_rename_role(Script &script, const Command &command)
{
    auto *statement = statement_of<RenameStmt>(command, T_RenameStmt);
    SqlWriter body;
    body.text("BEGIN ALTER ROLE ").name(statement->subname).text(" RENAME TO ").name(statement->newname);
    // It was never there, or has its new name already.
    body.text("; EXCEPTION WHEN undefined_object OR duplicate_object THEN NULL; END");
    write_block(script.statement(), body);
}

void deparse_comment_on_role(Script &script, const Command &command)
{
    auto *statement = statement_of<CommentStmt>(command, T_CommentStmt);
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ROLE ").name(strVal(statement->object)).text(" IS ");
    if (statement->comment && *statement->comment)
        out.literal(statement->comment);
    else
        out.text("NULL");
}

void deparse_reassign_owned(Script &script, const Command &command)
{
    auto *statement = statement_of<ReassignOwnedStmt>(command, T_ReassignOwnedStmt);
    SqlWriter &out = script.statement();
    out.text("REASSIGN OWNED BY ");
    write_roles(out, statement->roles);
    out.text(" TO ").role_name(get_rolespec_oid(statement->newrole, false));
}

// ------------------------------------------------------------------------------------------------------ settings

// The stored settings of a role, a database or a role in a database; null where there are none.
const ArrayType *stored_settings(Oid database, Oid role)
{
    Relation catalog = table_open(DbRoleSettingRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(database));
    ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(role));
    SysScanDesc scan = systable_beginscan(catalog, DbRoleSettingDatidRolidIndexId, true, nullptr, 2, keys);
    const ArrayType *result = nullptr;
    if (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple)) {
        bool is_null;
        Datum value = heap_getattr(tuple, Anum_pg_db_role_setting_setconfig, RelationGetDescr(catalog), &is_null);
        if (!is_null)
            result = DatumGetArrayTypePCopy(value);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

// SET name TO value, or RESET name, as it is stored now.
void write_stored_setting(SqlWriter &out, const VariableSetStmt *setting, Oid database, Oid role)
{
    if (setting->kind == VAR_RESET_ALL) {
        out.text("RESET ALL");
        return;
    }
    if (const char *value = setting_value(stored_settings(database, role), setting->name))
        write_set_clause(out, setting->name, value);
    else
        out.text("RESET ").name(setting->name);
}

// A block that runs `before` current_database() `after`: the databases may have other names.
void write_with_database(SqlWriter &out, const char *before, const char *after)
{
    SqlWriter body;
    body.text("BEGIN EXECUTE ").literal(before).text(" || quote_ident(current_database()) || ").literal(after);
    body.text("; END");
    write_block(out, body);
}

void deparse_alter_role_set(Script &script, const Command &command)
{
    auto *statement = statement_of<AlterRoleSetStmt>(command, T_AlterRoleSetStmt);
    Oid role = statement->role ? get_rolespec_oid(statement->role, false) : InvalidOid;
    SqlWriter before, after;
    before.text("ALTER ROLE ");
    if (OidIsValid(role))
        before.role_name(role);
    else
        before.text("ALL");
    if (!statement->database) {
        SqlWriter &out = script.statement();
        out.text(before.c_str()).text(' ');
        write_stored_setting(out, statement->setstmt, InvalidOid, role);
        return;
    }
    before.text(" IN DATABASE ");
    after.text(' ');
    write_stored_setting(after, statement->setstmt, MyDatabaseId, role);
    write_with_database(script.statement(), before.c_str(), after.c_str());
}

void deparse_alter_database_set(Script &script, const Command &command)
{
    auto *statement = statement_of<AlterDatabaseSetStmt>(command, T_AlterDatabaseSetStmt);
    SqlWriter after;
    after.text(' ');
    write_stored_setting(after, statement->setstmt, MyDatabaseId, InvalidOid);
    // The downstream's database has an owner of its own.
    write_with_database(script.statement(RunAs::applier, Needed::if_possible), "ALTER DATABASE ", after.c_str());
}

// ------------------------------------------------------------------------------------------------------ the hook

bool is_this_database(const char *name)
{
    return get_database_oid(name, true) == MyDatabaseId;
}

struct RoleCommand {
    const char *tag;
    DeparseCommand deparse; // null: nothing of ours
};

RoleCommand find_role_command(Node *parse_tree)
{
    switch (nodeTag(parse_tree)) {
    case T_CreateRoleStmt:
        return {"CREATE ROLE", follows(FollowRoles::all) ? deparse_create_role : nullptr};
    case T_AlterRoleStmt:
        return {"ALTER ROLE", follows(FollowRoles::all) ? deparse_alter_role : nullptr};
    case T_DropRoleStmt:
        return {"DROP ROLE", follows(FollowRoles::all) ? deparse_drop_role : nullptr};
    case T_GrantRoleStmt:
        return {"GRANT ROLE", follows(FollowRoles::all) ? deparse_grant_role : nullptr};
    case T_AlterRoleSetStmt: {
        const char *database = reinterpret_cast<AlterRoleSetStmt *>(parse_tree)->database;
        bool ours = follows(FollowRoles::all) && (!database || is_this_database(database));
        return {"ALTER ROLE", ours ? deparse_alter_role_set : nullptr};
    }
    case T_RenameStmt: {
        // Other statements will call it by its new name.
        bool ours = reinterpret_cast<RenameStmt *>(parse_tree)->renameType == OBJECT_ROLE &&
                    follows(FollowRoles::missing);
        return {"ALTER ROLE", ours ? deparse_rename_role : nullptr};
    }
    case T_CommentStmt: {
        bool ours = reinterpret_cast<CommentStmt *>(parse_tree)->objtype == OBJECT_ROLE && follows(FollowRoles::all);
        return {"COMMENT", ours ? deparse_comment_on_role : nullptr};
    }
    case T_AlterDatabaseSetStmt: {
        bool ours = is_this_database(reinterpret_cast<AlterDatabaseSetStmt *>(parse_tree)->dbname);
        return {"ALTER DATABASE", ours ? deparse_alter_database_set : nullptr};
    }
    case T_ReassignOwnedStmt:
        return {"REASSIGN OWNED", deparse_reassign_owned};
    default:
        return {"", nullptr};
    }
}

void process_utility(PlannedStmt *planned, const char *query, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *destination,
                     QueryCompletion *completion)
{
    // The server may change the tree.
    Node *parse_tree = planned->utilityStmt;
    RoleCommand role_command = IsTransactionState() ? find_role_command(parse_tree) : RoleCommand{"", nullptr};
    if (role_command.deparse)
        parse_tree = static_cast<Node *>(copyObjectImpl(parse_tree));

    if (next_process_utility)
        next_process_utility(planned, query, read_only_tree, context, parameters, environment, destination, completion);
    else
        standard_ProcessUtility(planned, query, read_only_tree, context, parameters, environment, destination,
                                completion);

    if (!role_command.deparse || !OidIsValid(get_extension_oid(extension_name, true)))
        return;
    CommandCounterIncrement();
    Command command = {};
    command.tag = role_command.tag;
    command.parse_tree = parse_tree;
    (void)follow_early(command, role_command.deparse);
}

// ------------------------------------------------------------------------------------------------------ needed roles

// The roles that this transaction made sure of, as far as no subtransaction of it has ended badly since.
List *ensured_roles = NIL;

void forget_ensured_roles()
{
    list_free(ensured_roles);
    ensured_roles = NIL;
}

void at_transaction_end(XactEvent, void *)
{
    forget_ensured_roles();
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId, SubTransactionId, void *)
{
    if (event == SUBXACT_EVENT_ABORT_SUB)
        forget_ensured_roles();
}

} // namespace

void install_role_commands()
{
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
    if (!process_shared_preload_libraries_in_progress)
        return;
    next_process_utility = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
}

void ensure_role(Oid role)
{
    bool predefined = role != BOOTSTRAP_SUPERUSERID && role < FirstNormalObjectId;
    if (!follows(FollowRoles::missing) || predefined || list_member_oid(ensured_roles, role))
        return;
    auto *statement = new (palloc(sizeof(Statement))) Statement();
    statement->run_as = RunAs::applier;
    {
        GucScope fixed_settings;
        apply_fixed_settings();
        write_create_role(statement->sql, role, follows(FollowRoles::all));
    }
    {
        MemoryContextScope long_lived(TopMemoryContext);
        ensured_roles = lappend_oid(ensured_roles, role);
    }
    emit_statement("CREATE ROLE", psprintf("role %s", GetUserNameFromId(role, false)), role, *statement);
}

} // namespace pg_follower
