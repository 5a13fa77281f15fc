// Reads and writes follower.keyless_table. See keyless_table.hpp.
#include "deparse/table/keyless_table.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

struct KeylessTable {
    Oid relid;
};

Oid own_relation(const char *name)
{
    return get_relname_relid(name, get_namespace_oid(internal_schema, false));
}

// The row of a table, if there is one.
CatalogScan<KeylessTable> rows_of(Oid relid)
{
    return CatalogScan<KeylessTable>(own_relation("keyless_table"), own_relation("keyless_table_pkey"), {{1, relid}});
}

} // namespace

bool is_keyless_table(Oid relid)
{
    CatalogScan<KeylessTable> rows = rows_of(relid);
    return rows.begin() != rows.end();
}

List *keyless_tables()
{
    List *tables = NIL;
    for (const auto &row : CatalogScan<KeylessTable>(own_relation("keyless_table"), InvalidOid, {}))
        tables = lappend_oid(tables, row->relid);
    return tables;
}

void remember_keyless_table(Oid relid)
{
    if (is_keyless_table(relid))
        return;
    Relation tables = table_open(own_relation("keyless_table"), RowExclusiveLock);
    Datum value = ObjectIdGetDatum(relid);
    bool is_null = false;
    HeapTuple tuple = heap_form_tuple(RelationGetDescr(tables), &value, &is_null);
    CatalogTupleInsert(tables, tuple);
    heap_freetuple(tuple);
    table_close(tables, NoLock);
    CommandCounterIncrement();
}

void forget_keyless_table(Oid relid)
{
    Relation tables = table_open(own_relation("keyless_table"), RowExclusiveLock);
    for (const auto &row : rows_of(relid))
        CatalogTupleDelete(tables, &row.tuple()->t_self);
    table_close(tables, NoLock);
    CommandCounterIncrement();
}

} // namespace pg_follower::deparse
