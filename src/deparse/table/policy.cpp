// CREATE POLICY and ALTER POLICY, from the catalog.
#include "deparse/table/policy.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/relation_parts.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower::deparse {
namespace {

// Calls `take(tuple, descriptor)` with the policy's catalog row.
template <typename Take> void with_policy(Oid policy, Take take)
{
    Relation catalog = table_open(PolicyRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_policy_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(policy));
    SysScanDesc scan = systable_beginscan(catalog, PolicyOidIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "could not find policy %u", policy);
    take(tuple, RelationGetDescr(catalog));
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

const char *command_keyword(char command)
{
    switch (command) {
    case ACL_SELECT_CHR:
        return "SELECT";
    case ACL_INSERT_CHR:
        return "INSERT";
    case ACL_UPDATE_CHR:
        return "UPDATE";
    case ACL_DELETE_CHR:
        return "DELETE";
    default:
        return "ALL";
    }
}

void write_roles(SqlWriter &out, HeapTuple tuple, TupleDesc descriptor)
{
    bool is_null;
    ArrayType *roles = DatumGetArrayTypeP(heap_getattr(tuple, Anum_pg_policy_polroles, descriptor, &is_null));
    auto *oids = reinterpret_cast<Oid *>(ARR_DATA_PTR(roles));
    int count = ArrayGetNItems(ARR_NDIM(roles), ARR_DIMS(roles));
    out.text(" TO ");
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < count; ++i)
        out.next(comma).role_name(oids[i]);
}

// `keyword` (expression), where the policy has that expression.
void write_condition(SqlWriter &out, const char *keyword, AttrNumber column, HeapTuple tuple, TupleDesc descriptor)
{
    bool is_null;
    Datum expression = heap_getattr(tuple, column, descriptor, &is_null);
    if (is_null)
        return;
    out.text(keyword).text(" (");
    write_stored_expression(out, reinterpret_cast<Form_pg_policy>(GETSTRUCT(tuple))->polrelid,
                            TextDatumGetCString(expression));
    out.text(')');
}

} // namespace

void deparse_create_policy(Script &script, const Command &command)
{
    with_policy(command.address.objectId, [&](HeapTuple tuple, TupleDesc descriptor) {
        auto form = reinterpret_cast<Form_pg_policy>(GETSTRUCT(tuple));
        SqlWriter &out = script.statement();
        out.text("CREATE POLICY ").name(NameStr(form->polname)).text(" ON ").relation_name(form->polrelid);
        if (!form->polpermissive)
            out.text(" AS RESTRICTIVE");
        out.text(" FOR ").text(command_keyword(form->polcmd));
        write_roles(out, tuple, descriptor);
        write_condition(out, " USING", Anum_pg_policy_polqual, tuple, descriptor);
        write_condition(out, " WITH CHECK", Anum_pg_policy_polwithcheck, tuple, descriptor);
    });
}

// All that an ALTER POLICY can change; it cannot take a condition away.
void write_altered_policy(Script &script, Oid policy)
{
    with_policy(policy, [&](HeapTuple tuple, TupleDesc descriptor) {
        auto form = reinterpret_cast<Form_pg_policy>(GETSTRUCT(tuple));
        SqlWriter &out = script.statement();
        out.text("ALTER POLICY ").name(NameStr(form->polname)).text(" ON ").relation_name(form->polrelid);
        write_roles(out, tuple, descriptor);
        write_condition(out, " USING", Anum_pg_policy_polqual, tuple, descriptor);
        write_condition(out, " WITH CHECK", Anum_pg_policy_polwithcheck, tuple, descriptor);
    });
}

void deparse_alter_policy(Script &script, const Command &command)
{
    write_altered_policy(script, command.address.objectId);
}

// Policies are not commands of DROP OWNED; what it changed are rows that the current transaction made.
void write_changed_policy_roles(Script &script)
{
    Relation catalog = table_open(PolicyRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_policy>(GETSTRUCT(tuple));
        if (!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data)) ||
            isAnyTempNamespace(get_rel_namespace(form->polrelid)))
            continue;
        SqlWriter &out = script.statement(RunAs::applier);
        out.text("ALTER POLICY ").name(NameStr(form->polname)).text(" ON ").relation_name(form->polrelid);
        write_roles(out, tuple, RelationGetDescr(catalog));
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

} // namespace pg_follower::deparse
