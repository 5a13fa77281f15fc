// The table follower.dropped_object. See dropped_objects.hpp.
//
// A value of type regclass (regprocedure, regtype, ...) is the number of an object, and its text the object's name. So
// it arrives as a name and means the object of that name here. When the object has been dropped its text is the bare
// number, which is another one on each server: by it alone no row could be found that the upstream deletes or updates.
// So the upstream tells, before it drops an object, which number that had, and the worker keeps it with the number
// here. All that is done only where a table has a column of such a type.
#include "apply/state/dropped_objects.hpp"

#include "apply/state/internal_relation.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/referenced_catalog.hpp"
#include "pg_follower/sql_writer.hpp"
#include "apply/state/spi.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower::apply {
namespace {

int32 current_follow = 0;

// Whether a table has, or has had, a column that names objects.
bool names_objects = false;

// The relations that have changed since that was last asked; more than have room here are as good as all.
constexpr int most_changed = 256;
Oid changed_relations[most_changed];
int changed_count = most_changed + 1;

constexpr AttrNumber col_follow = 1;
constexpr AttrNumber col_catalog = 2;
constexpr AttrNumber col_upstream = 3;
constexpr AttrNumber col_local = 4;
constexpr int column_count = 4;

struct NamedCatalog {
    Oid catalog;
    const char *query; // behind it comes the identity as a literal, and behind that `end`
    const char *end;
};

constexpr NamedCatalog named_catalogs[] = {
    {RelationRelationId, "pg_catalog.to_regclass(", ")"},
    {ProcedureRelationId, "pg_catalog.to_regprocedure(", ")"},
    {OperatorRelationId, "pg_catalog.to_regoperator(", ")"},
    {TypeRelationId, "pg_catalog.to_regtype(", ")"},
    {CollationRelationId, "pg_catalog.to_regcollation(", ")"},
    {NamespaceRelationId, "pg_catalog.to_regnamespace(", ")"},
    {TSConfigRelationId,
     "(SELECT c.oid FROM pg_catalog.pg_ts_config AS c JOIN pg_catalog.pg_namespace AS n"
     " ON n.oid OPERATOR(pg_catalog.=) c.cfgnamespace"
     " WHERE pg_catalog.format('%I.%I', n.nspname, c.cfgname) OPERATOR(pg_catalog.=) ",
     ")"},
    {TSDictionaryRelationId,
     "(SELECT d.oid FROM pg_catalog.pg_ts_dict AS d JOIN pg_catalog.pg_namespace AS n"
     " ON n.oid OPERATOR(pg_catalog.=) d.dictnamespace"
     " WHERE pg_catalog.format('%I.%I', n.nspname, d.dictname) OPERATOR(pg_catalog.=) ",
     ")"},
};

void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation) || changed_count >= most_changed)
        changed_count = most_changed + 1;
    else
        changed_relations[changed_count++] = relation;
}

// Domains have the output function of their base type.
bool has_any_table_such_a_column()
{
    return query_count("SELECT pg_catalog.count(*) FROM (SELECT FROM pg_catalog.pg_attribute AS a"
                       " JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid"
                       " JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid"
                       " WHERE c.oid OPERATOR(pg_catalog.>=) 16384 AND c.relkind IN ('r', 'p')"
                       " AND a.attnum OPERATOR(pg_catalog.>) 0 AND t.typoutput::pg_catalog.oid IN"
                       " ('pg_catalog.regclassout'::pg_catalog.regproc, 'pg_catalog.regprocout'::pg_catalog.regproc,"
                       " 'pg_catalog.regprocedureout'::pg_catalog.regproc, 'pg_catalog.regoperout'::pg_catalog.regproc,"
                       " 'pg_catalog.regoperatorout'::pg_catalog.regproc, 'pg_catalog.regtypeout'::pg_catalog.regproc,"
                       " 'pg_catalog.regcollationout'::pg_catalog.regproc,"
                       " 'pg_catalog.regnamespaceout'::pg_catalog.regproc,"
                       " 'pg_catalog.regconfigout'::pg_catalog.regproc,"
                       " 'pg_catalog.regdictionaryout'::pg_catalog.regproc) LIMIT 1) AS one") > 0;
}

// The relation may be gone.
bool has_such_a_column(Oid relation)
{
    SyscacheRow<FormData_pg_class> row(RELOID, ObjectIdGetDatum(relation));
    if (!row || (row->relkind != RELKIND_RELATION && row->relkind != RELKIND_PARTITIONED_TABLE))
        return false;
    for (AttrNumber number = 1; number <= row->relnatts; ++number) {
        Oid type = get_atttype(relation, number); // invalid for a dropped column
        if (OidIsValid(type) && OidIsValid(referenced_catalog(getBaseType(type))))
            return true;
    }
    return false;
}

bool any_column_names_objects()
{
    if (names_objects)
        return true;
    // Looking something up may bring new invalidations.
    int count = changed_count;
    Oid changed[most_changed];
    memcpy(changed, changed_relations, sizeof(changed));
    changed_count = 0;
    if (count > most_changed) {
        names_objects = has_any_table_such_a_column();
        // What was kept for columns that are gone means nothing any more: no row holds one of its numbers, and later
        // rows have the numbers that they bring, as those of objects that never were.
        if (!names_objects)
            forget_dropped_objects(current_follow);
    } else
        for (int i = 0; i < count && !names_objects; ++i)
            names_objects = has_such_a_column(changed[i]);
    return names_objects;
}

// The number here of the object, or InvalidOid.
Oid local_object(Oid catalog, const char *identity)
{
    for (const NamedCatalog &named : named_catalogs) {
        if (named.catalog != catalog)
            continue;
        SqlWriter query;
        query.text("SELECT coalesce(").text(named.query).literal(identity).text(named.end);
        query.text("::pg_catalog.oid::pg_catalog.int8, 0)");
        return static_cast<Oid>(query_count(query.c_str()));
    }
    return InvalidOid;
}

// The object's row, if there is one.
CatalogScan<AnyForm> rows_of(int32 follow, Oid catalog, Oid upstream)
{
    return CatalogScan<AnyForm>(internal_relation("dropped_object"), internal_relation("dropped_object_pkey"),
                                {{col_follow, follow}, {col_catalog, catalog}, {col_upstream, upstream}});
}

} // namespace

void start_dropped_objects(int32 follow)
{
    current_follow = follow;
    CacheRegisterRelcacheCallback(relation_changed, static_cast<Datum>(0));
}

void note_dropped_object(const DdlMessage &record)
{
    if (!any_column_names_objects())
        return;
    Oid catalog = record.dropped_catalog;
    Oid upstream = record.dropped_oid;
    Oid local = local_object(catalog, record.object);
    if (!OidIsValid(local))
        return;
    // The upstream may have given the number to another object since.
    Relation relation = table_open(internal_relation("dropped_object"), RowExclusiveLock);
    for (const auto &row : rows_of(current_follow, catalog, upstream))
        CatalogTupleDelete(relation, &row.tuple()->t_self);
    Datum values[column_count] = {Int32GetDatum(current_follow), ObjectIdGetDatum(catalog), ObjectIdGetDatum(upstream),
                                  ObjectIdGetDatum(local)};
    bool nulls[column_count] = {};
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

Oid find_dropped_object(Oid catalog, Oid upstream)
{
    bool is_null;
    for (const auto &row : rows_of(current_follow, catalog, upstream))
        return DatumGetObjectId(row.datum(col_local, is_null));
    return InvalidOid;
}

void forget_dropped_objects(int32 follow)
{
    Relation relation = table_open(internal_relation("dropped_object"), RowExclusiveLock);
    for (const auto &row : CatalogScan<AnyForm>(RelationGetRelid(relation), internal_relation("dropped_object_pkey"),
                                                {{col_follow, follow}}))
        CatalogTupleDelete(relation, &row.tuple()->t_self);
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

} // namespace pg_follower::apply
