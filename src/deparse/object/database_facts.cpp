// What a copy of the schema needs to know beside the schema: what belongs to the database itself, and roles.
//
// pg_dump writes the facts of a database only with its name. Here they are written as the commands about them follow,
// for the database where they are replayed. Privileges that somebody else than the owner granted become the owner's.
#include "deparse/object/database.hpp"
#include "deparse/object/roles.hpp"
#include "deparse/object/setting_clause.hpp"
#include "deparse/privileges.hpp"
#include "deparse/role_policy.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/replication_role.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_shseclabel.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(pg_follower_copy_facts);
PGDLLEXPORT Datum pg_follower_copy_facts(PG_FUNCTION_ARGS);
}

namespace pg_follower::deparse {
namespace {

void write_fact(SqlWriter &out, const char *head, const char *tail)
{
    write_with_database(out, head, tail);
    out.text(";\n");
}

// A setting as the catalogs hold it is "name=value".
void write_setting(SqlWriter &out, const char *head, const char *setting)
{
    const char *equals = strchr(setting, '=');
    SqlWriter tail;
    write_set_clause(tail.text(' '), pnstrdup(setting, equals - setting), equals + 1);
    write_fact(out, head, tail.c_str());
}

void write_settings(SqlWriter &out, bool of_roles)
{
    for (const auto &row :
         CatalogScan<FormData_pg_db_role_setting>(DbRoleSettingRelationId, DbRoleSettingDatidRolidIndexId,
                                                  {{Anum_pg_db_role_setting_setdatabase, MyDatabaseId}})) {
        if (OidIsValid(row->setrole) && !of_roles)
            continue;
        SqlWriter head;
        if (OidIsValid(row->setrole))
            head.text("ALTER ROLE ").role_name(row->setrole).text(" IN DATABASE ");
        else
            head.text("ALTER DATABASE ");
        bool is_null;
        Datum *settings;
        int count;
        deconstruct_array(DatumGetArrayTypeP(row.datum(Anum_pg_db_role_setting_setconfig, is_null)), TEXTOID, -1, false,
                          TYPALIGN_INT, &settings, nullptr, &count);
        for (int i = 0; i < count; ++i)
            write_setting(out, head.c_str(), TextDatumGetCString(settings[i]));
    }
}

void write_grants(SqlWriter &out, const Acl *privileges, Oid owner)
{
    SqlWriter revoke;
    write_grantees(revoke, false, false, list_make2_oid(ACL_ID_PUBLIC, owner), DROP_RESTRICT);
    write_fact(out, "REVOKE ALL ON DATABASE ", revoke.c_str());
    for (int i = 0; i < ACL_NUM(privileges); ++i) {
        const AclItem &item = ACL_DAT(privileges)[i];
        for (AclMode privilege : {ACL_CREATE, ACL_CREATE_TEMP, ACL_CONNECT}) {
            if (!(ACLITEM_GET_PRIVS(item) & privilege))
                continue;
            SqlWriter head, tail;
            head.text("GRANT ").text(privilege == ACL_CREATE        ? "CREATE"
                                     : privilege == ACL_CREATE_TEMP ? "TEMPORARY"
                                                                    : "CONNECT");
            write_grantees(tail, true, (ACLITEM_GET_GOPTIONS(item) & privilege) != 0, list_make1_oid(item.ai_grantee),
                           DROP_RESTRICT);
            write_fact(out, head.text(" ON DATABASE ").c_str(), tail.c_str());
        }
    }
}

void write_database(SqlWriter &out)
{
    CatalogRow<FormData_pg_database> row(DatabaseRelationId, MyDatabaseId);
    SqlWriter owner;
    owner.text(" OWNER TO ").role_name(row->datdba);
    write_fact(out, "ALTER DATABASE ", owner.c_str());
    bool is_null;
    Datum privileges = row.datum(Anum_pg_database_datacl, is_null);
    if (!is_null)
        write_grants(out, DatumGetAclP(privileges), row->datdba);
    for (const auto &comment : CatalogScan<FormData_pg_shdescription>(
             SharedDescriptionRelationId, SharedDescriptionObjIndexId,
             {{Anum_pg_shdescription_objoid, MyDatabaseId}, {Anum_pg_shdescription_classoid, DatabaseRelationId}})) {
        SqlWriter tail;
        tail.text(" IS ").literal(comment.string(Anum_pg_shdescription_description));
        write_fact(out, "COMMENT ON DATABASE ", tail.c_str());
    }
    for (const auto &label : CatalogScan<FormData_pg_shseclabel>(
             SharedSecLabelRelationId, SharedSecLabelObjectIndexId,
             {{Anum_pg_shseclabel_objoid, MyDatabaseId}, {Anum_pg_shseclabel_classoid, DatabaseRelationId}})) {
        SqlWriter head, tail;
        head.text("SECURITY LABEL FOR ").name(label.string(Anum_pg_shseclabel_provider)).text(" ON DATABASE ");
        tail.text(" IS ").literal(label.string(Anum_pg_shseclabel_label));
        write_fact(out, head.c_str(), tail.c_str());
    }
}

} // namespace
} // namespace pg_follower::deparse

// follower.copy_facts(OUT creates_roles boolean, OUT user_mappings boolean, OUT roles text, OUT database text) returns
// record: whether missing roles are to be created, whether passwords of user mappings may be sent; statements that make
// the roles, where all are to follow; statements that give a database what this one has itself.
Datum pg_follower_copy_facts(PG_FUNCTION_ARGS)
{
    using namespace pg_follower;
    using namespace pg_follower::deparse;
    require_replication("copy_facts");
    TupleDesc description;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    SqlWriter roles, database;
    {
        GucScope fixed;
        apply_fixed_settings();
        if (all_roles_follow())
            write_all_roles(roles);
        write_database(database);
        write_settings(database, settings.roles != RolesFollow::off);
    }
    Datum values[] = {BoolGetDatum(missing_roles_follow()), BoolGetDatum(settings.user_mappings),
                      CStringGetTextDatum(roles.c_str()), CStringGetTextDatum(database.c_str())};
    bool nulls[lengthof(values)] = {};
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
