// ALTER DEFAULT PRIVILEGES, from the parse tree, with the roles that it means. What DROP OWNED does to default
// privileges is read from the rows of the catalog, which are dead but still there.
#include "deparse/verb/default_privileges.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/objects.hpp"
#include "deparse/privileges.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "catalog/pg_default_acl.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/formatting.h"
}

namespace pg_follower::deparse {
namespace {

const char *target_keyword(ObjectType type)
{
    switch (type) {
    case OBJECT_TABLE:
        return "TABLES";
    case OBJECT_SEQUENCE:
        return "SEQUENCES";
    case OBJECT_FUNCTION:
        return "ROUTINES";
    case OBJECT_TYPE:
        return "TYPES";
    case OBJECT_SCHEMA:
        return "SCHEMAS";
    case OBJECT_LARGEOBJECT:
        return "LARGE OBJECTS";
    default:
        cannot_follow("the privileges are for an unknown kind of object");
    }
}

// FOR ROLE roles [IN SCHEMA schemas]; without FOR ROLE the server means the current role.
void write_roles_and_schemas(SqlWriter &out, const List *options)
{
    SqlWriter roles, schemas;
    SqlWriter::Separator role_comma(", "), schema_comma(", ");
    for (DefElem *option : each<DefElem>(options)) {
        if (strcmp(option->defname, "roles") == 0)
            for (RoleSpec *role : each<RoleSpec>(castNode(List, option->arg)))
                roles.next(role_comma).role_name(grantee(role));
        else if (strcmp(option->defname, "schemas") == 0)
            for (Node *schema : each<Node>(castNode(List, option->arg)))
                schemas.next(schema_comma).name(strVal(schema));
    }
    if (roles.empty())
        roles.role_name(GetUserId());
    out.text("FOR ROLE ").text(roles.c_str());
    if (!schemas.empty())
        out.text(" IN SCHEMA ").text(schemas.c_str());
}

// A row of pg_default_acl that the current transaction deleted or updated.
struct DeadDefaults {
    Oid role;
    Oid schema; // InvalidOid: everywhere
    ObjectType type;
    List *grantees; // OIDs
};

ObjectType object_type(char defaults_type)
{
    switch (defaults_type) {
    case DEFACLOBJ_RELATION:
        return OBJECT_TABLE;
    case DEFACLOBJ_SEQUENCE:
        return OBJECT_SEQUENCE;
    case DEFACLOBJ_FUNCTION:
        return OBJECT_FUNCTION;
    case DEFACLOBJ_TYPE:
        return OBJECT_TYPE;
    case 'L': // versions from 18 on have it
        return OBJECT_LARGEOBJECT;
    default:
        return OBJECT_SCHEMA;
    }
}

using DeadDefaultsRows = DeadRows<FormData_pg_default_acl>;

// The rows as a list of DeadDefaults.
List *read_dead_defaults(const DeadDefaultsRows &rows)
{
    List *result = NIL;
    for (const auto &row : rows) {
        auto *defaults = allocate_zeroed<DeadDefaults>();
        defaults->role = row->defaclrole;
        defaults->schema = row->defaclnamespace;
        defaults->type = object_type(row->defaclobjtype);
        bool is_null;
        Acl *acl = DatumGetAclP(row.datum(Anum_pg_default_acl_defaclacl, is_null));
        for (int i = 0; i < ACL_NUM(acl); ++i)
            defaults->grantees = list_append_unique_oid(defaults->grantees, ACL_DAT(acl)[i].ai_grantee);
        result = lappend(result, defaults);
    }
    return result;
}

// Begins ALTER DEFAULT PRIVILEGES FOR ROLE role [IN SCHEMA schema]. Returns null where the schema was dropped, because
// its default privileges are dropped with it.
SqlWriter *begin_statement(Script &script, const DeadDefaults *defaults)
{
    char *schema = OidIsValid(defaults->schema) ? get_namespace_name(defaults->schema) : nullptr;
    if (OidIsValid(defaults->schema) && !schema)
        return nullptr;
    SqlWriter &out = script.statement(RunAs::applier);
    out.text("ALTER DEFAULT PRIVILEGES FOR ROLE ").role_name(defaults->role);
    if (schema)
        out.text(" IN SCHEMA ").name(schema);
    return &out.text(' ');
}

// Grants the privileges that objects of that type come with by themselves.
void write_built_in_grants(Script &script, const DeadDefaults *defaults)
{
    SqlWriter *out = begin_statement(script, defaults);
    out->text("GRANT ALL PRIVILEGES ON ").text(target_keyword(defaults->type)).text(" TO ").role_name(defaults->role);
    if (defaults->type == OBJECT_FUNCTION || defaults->type == OBJECT_TYPE)
        out->text(", PUBLIC");
}

} // namespace

void drop_default_privileges(Script &script, Oid default_acl)
{
    DeadDefaultsRows rows(DefaultAclRelationId, DefaultAclOidIndexId, {{Anum_pg_default_acl_oid, default_acl}});
    for (DeadDefaults *defaults : each<DeadDefaults>(read_dead_defaults(rows))) {
        bool everywhere = !OidIsValid(defaults->schema);
        if (everywhere) {
            defaults->grantees = list_append_unique_oid(defaults->grantees, ACL_ID_PUBLIC);
            defaults->grantees = list_append_unique_oid(defaults->grantees, defaults->role);
        }
        SqlWriter *out = begin_statement(script, defaults);
        if (!out)
            continue;
        out->text("REVOKE ALL PRIVILEGES ON ").text(target_keyword(defaults->type));
        write_grantees(*out, false, false, defaults->grantees, DROP_RESTRICT);
        // The server keeps no row where the result is what is built in. So the built-in privileges have to come back.
        if (everywhere)
            write_built_in_grants(script, defaults);
    }
}

void revoke_default_privileges(Script &script, const List *roles)
{
    DeadDefaultsRows rows(DefaultAclRelationId, InvalidOid, {});
    for (DeadDefaults *defaults : each<DeadDefaults>(read_dead_defaults(rows))) {
        List *grantees = NIL;
        for (Oid role : each_oid(defaults->grantees))
            if (list_member_oid(roles, role))
                grantees = lappend_oid(grantees, role);
        if (grantees == NIL || list_member_oid(roles, defaults->role))
            continue;
        SqlWriter *out = begin_statement(script, defaults);
        if (!out)
            continue;
        out->text("REVOKE ALL PRIVILEGES ON ").text(target_keyword(defaults->type));
        write_grantees(*out, false, false, grantees, DROP_RESTRICT);
    }
}

void deparse_default_privileges(Script &script, const Command &command)
{
    auto *statement = castNode(AlterDefaultPrivilegesStmt, command.parse_tree);
    const GrantStmt *action = statement->action;
    SqlWriter &out = script.statement();
    out.text("ALTER DEFAULT PRIVILEGES ");
    write_roles_and_schemas(out, statement->options);
    write_grant_or_revoke(out.text(' '), action->is_grant, action->grant_option);
    SqlWriter::Separator comma(", ");
    if (action->privileges == NIL)
        out.text("ALL PRIVILEGES");
    for (AccessPriv *privilege : each<AccessPriv>(action->privileges))
        out.next(comma).text(asc_toupper(privilege->priv_name, strlen(privilege->priv_name)));
    out.text(" ON ").text(target_keyword(action->objtype));
    List *grantees = NIL;
    for (RoleSpec *role : each<RoleSpec>(action->grantees))
        grantees = lappend_oid(grantees, grantee(role));
    write_grantees(out, action->is_grant, action->grant_option, grantees, action->behavior);
}

} // namespace pg_follower::deparse
