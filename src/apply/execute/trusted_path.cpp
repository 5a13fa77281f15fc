// The search path that functions get which rows call, where the setting pg_follower.function_search_path is empty.
//
// Upstream, such a function found what it names by the path of whichever session wrote the row. That path is not in
// the stream. So the function gets the path that a session of the table's owner would have here, and behind it the
// function's own schema and the schemas of extensions: what a function of an index can name in practice.
//
// Whoever can create something in a schema of the path can act as the owner, because the function may call it. So a
// schema counts only if those who may create in it gain nothing by that: superusers, the owner of the table, and the
// owner of the function, whose code runs as the table's owner anyway. The owner of the database, who has the schema
// public from version 15 on, is one of them or is not trusted either. The path ends at the first schema that does not
// count: behind it, a name could mean something else than it meant upstream. What is pinned (pinned_names.cpp) may have
// the whole path.
#include "apply/execute/trusted_path.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/sql_writer.hpp"
#include "pg_follower/stored_settings.hpp"

extern "C" {
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"
}

namespace pg_follower::apply {
namespace {

Oid owner_of_database()
{
    SyscacheRow<FormData_pg_database> row(DATABASEOID, MyDatabaseId, "database");
    return row->datdba;
}

bool is_trusted(Oid who, Oid role, Oid author)
{
    if (who == ROLE_PG_DATABASE_OWNER)
        who = owner_of_database();
    return OidIsValid(who) && (who == role || who == author || superuser_arg(who));
}

// The path that a session of the role would have in this database (see the order in process_settings() of
// postinit.c).
const char *session_path(Oid role)
{
    const struct {
        Oid database, role;
    } places[] = {{MyDatabaseId, role}, {InvalidOid, role}, {MyDatabaseId, InvalidOid}, {InvalidOid, InvalidOid}};
    for (const auto &place : places)
        if (const char *path = setting_value(stored_settings(place.database, place.role), "search_path"))
            return path;
    return GetConfigOptionResetString("search_path");
}

} // namespace

bool is_trusted_schema(Oid schema, Oid role, Oid author)
{
    SyscacheRow<FormData_pg_namespace> row(NAMESPACEOID, ObjectIdGetDatum(schema));
    if (!row || isAnyTempNamespace(schema) || !is_trusted(row->nspowner, role, author))
        return false;
    bool is_null;
    Datum privileges = row.datum(Anum_pg_namespace_nspacl, is_null);
    if (is_null)
        return true;
    const Acl *acl = DatumGetAclP(privileges);
    for (int i = 0; i < ACL_NUM(acl); ++i) {
        const AclItem &item = ACL_DAT(acl)[i];
        if ((ACLITEM_GET_PRIVS(item) & ACL_CREATE) && !is_trusted(item.ai_grantee, role, author))
            return false;
    }
    return true;
}

bool is_trusted_object(Oid catalog, Oid object, Oid role, Oid author)
{
    CatalogRow<AnyForm> row(catalog, object, true);
    if (!row)
        return false;
    bool is_null;
    return is_trusted(DatumGetObjectId(row.datum(get_object_attnum_owner(catalog), is_null)), role, author);
}

FunctionSchemas schemas_of_function(Oid function, Oid role)
{
    SyscacheRow<FormData_pg_proc> row(PROCOID, function, "function");
    FunctionSchemas result = {row->proowner, NIL, NIL};
    bool is_trusted_so_far = true;
    List *names;
    if (!SplitIdentifierString(pstrdup(session_path(role)), ',', &names))
        names = NIL;
    for (const char *name : each<char>(names)) {
        if (strcmp(name, "$user") == 0)
            name = GetUserNameFromId(role, false);
        Oid schema = get_namespace_oid(name, true);
        // Temporary objects come last: code of somebody else may have left some in this session, so they must not come
        // first, where they are by default.
        if (!OidIsValid(schema) || isAnyTempNamespace(schema))
            continue;
        is_trusted_so_far = is_trusted_so_far && is_trusted_schema(schema, role, result.author);
        if (is_trusted_so_far)
            result.trusted = list_append_unique_oid(result.trusted, schema);
        result.all = list_append_unique_oid(result.all, schema);
    }
    auto add_behind = [&](Oid schema) {
        // The server's own schema comes first where the path does not name it. So it must not be added behind.
        if (schema == PG_CATALOG_NAMESPACE)
            return;
        if (is_trusted_so_far && is_trusted_schema(schema, role, result.author))
            result.trusted = list_append_unique_oid(result.trusted, schema);
        result.all = list_append_unique_oid(result.all, schema);
    };
    add_behind(row->pronamespace);
    for (const auto &extension :
         OrderedCatalogScan<FormData_pg_extension>(ExtensionRelationId, ExtensionNameIndexId, {}))
        add_behind(extension->extnamespace);
    return result;
}

} // namespace pg_follower::apply
