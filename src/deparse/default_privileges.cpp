// ALTER DEFAULT PRIVILEGES, from the parse tree, with the roles it means.
#include "objects.hpp"
#include "privileges.hpp"

extern "C" {
#include "utils/acl.h"
#include "utils/formatting.h"
}

namespace pg_follower {
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
    default:
        cannot_follow("the privileges are for an unknown kind of object");
    }
}

// FOR ROLE roles [IN SCHEMA schemas]; without FOR ROLE the server means the current role.
void write_options(SqlWriter &out, const List *options)
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

} // namespace

void deparse_default_privileges(Script &script, const Command &command)
{
    auto *statement = castNode(AlterDefaultPrivilegesStmt, command.parse_tree);
    const GrantStmt *action = statement->action;
    SqlWriter &out = script.statement();
    out.text("ALTER DEFAULT PRIVILEGES ");
    write_options(out, statement->options);
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

} // namespace pg_follower
