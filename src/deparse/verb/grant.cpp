// GRANT and REVOKE on objects, from what the server collected: objects and roles are resolved there, so ALL TABLES IN
// SCHEMA and CURRENT_USER need no care. The grantor is the downstream's own choice for the same role (GRANTED BY names
// the current role, or the command fails).
#include "deparse/object_facts.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "deparse/privileges.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/aclchk_internal.h"
#include "utils/formatting.h"
}

namespace pg_follower::deparse {

namespace {

// How GRANT names the objects of a kind. Wider keywords take the narrower kinds' objects as well.
struct Target {
    ObjectType type;
    Oid catalog;
    const char *keyword;
};
constexpr Target targets[] = {
    {OBJECT_TABLE, RelationRelationId, "TABLE"},
    {OBJECT_SEQUENCE, RelationRelationId, "SEQUENCE"},
    {OBJECT_DOMAIN, TypeRelationId, "DOMAIN"},
    {OBJECT_TYPE, TypeRelationId, "TYPE"},
    {OBJECT_FDW, ForeignDataWrapperRelationId, "FOREIGN DATA WRAPPER"},
    {OBJECT_FOREIGN_SERVER, ForeignServerRelationId, "FOREIGN SERVER"},
    {OBJECT_FUNCTION, ProcedureRelationId, "ROUTINE"},
    {OBJECT_PROCEDURE, ProcedureRelationId, "ROUTINE"},
    {OBJECT_ROUTINE, ProcedureRelationId, "ROUTINE"},
    {OBJECT_LANGUAGE, LanguageRelationId, "LANGUAGE"},
    {OBJECT_SCHEMA, NamespaceRelationId, "SCHEMA"},
};

const Target &find_target(ObjectType type)
{
    for (const Target &target : targets)
        if (target.type == type)
            return target;
    cannot_follow("the privileges are on an unknown kind of object");
}

struct Privilege {
    AclMode bit;
    const char *keyword;
};
constexpr Privilege privileges[] = {
    {ACL_SELECT, "SELECT"},   {ACL_INSERT, "INSERT"},           {ACL_UPDATE, "UPDATE"},
    {ACL_DELETE, "DELETE"},   {ACL_TRUNCATE, "TRUNCATE"},       {ACL_REFERENCES, "REFERENCES"},
    {ACL_TRIGGER, "TRIGGER"}, {ACL_EXECUTE, "EXECUTE"},         {ACL_USAGE, "USAGE"},
    {ACL_CREATE, "CREATE"},   {maintain_privilege, "MAINTAIN"},
};

void write_column_privilege(SqlWriter &out, const AccessPriv *privilege)
{
    // The name is a keyword that the server has checked.
    out.text(privilege->priv_name ? asc_toupper(privilege->priv_name, strlen(privilege->priv_name)) : "ALL PRIVILEGES");
    out.text(" (");
    SqlWriter::Separator comma(", ");
    for (Node *column : each<Node>(privilege->cols))
        out.next(comma).name(strVal(column));
    out.text(')');
}

void write_privileges(SqlWriter &out, const InternalGrant *grant)
{
    SqlWriter::Separator comma(", ");
    if (grant->all_privs)
        out.next(comma).text("ALL PRIVILEGES");
    else
        for (const Privilege &privilege : privileges)
            if (grant->privileges & privilege.bit)
                out.next(comma).text(privilege.keyword);
    for (AccessPriv *privilege : each<AccessPriv>(grant->col_privs))
        write_column_privilege(out.next(comma), privilege);
}

void write_target(SqlWriter &out, const ObjectAddress &address)
{
    if (const char *schema = object_schema(address))
        out.name(schema).text('.');
    out.name(object_name(address));
    if (address.classId == ProcedureRelationId)
        write_signature(out, address.objectId);
}

} // namespace

void deparse_grant(Script &script, const Command &command)
{
    const InternalGrant *grant = command.collected->d.grant.istmt;
    // They come with the large object, which is read from time to time.
    if (grant->objtype == OBJECT_LARGEOBJECT)
        return;
    const Target &target = find_target(grant->objtype);

    SqlWriter objects;
    SqlWriter::Separator comma(", ");
    for (Oid oid : each_oid(grant->objects)) {
        ObjectAddress address;
        ObjectAddressSet(address, target.catalog, oid);
        // DROP OWNED may have dropped the object after it revoked privileges on it.
        if (object_exists(address) && !is_temporary(address))
            write_target(objects.next(comma), address);
    }
    if (objects.empty())
        return;

    SqlWriter &out = script.statement();
    write_grant_or_revoke(out, grant->is_grant, grant->grant_option);
    write_privileges(out, grant);
    out.text(" ON ").text(target.keyword).text(' ').text(objects.c_str());
    write_grantees(out, grant->is_grant, grant->grant_option, grant->grantees, grant->behavior);
}

} // namespace pg_follower::deparse
