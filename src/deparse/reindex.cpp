// REINDEX makes an index valid that CREATE INDEX CONCURRENTLY left behind when it failed. Event triggers see neither, so
// the index does not exist downstream yet. Any other REINDEX changes nothing that follows.
#include "index.hpp"
#include "utility_hook.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower {
namespace {

// By name: REINDEX CONCURRENTLY makes a new index of the same name.
struct IndexName {
    Oid schema;
    const char *name;
};

Oid find_index(const IndexName *index)
{
    return get_relname_relid(index->name, index->schema);
}

// The database's invalid plain indexes, as a list of IndexName; null where there are none, which is usual.
void *find_invalid(Node *)
{
    Relation catalog = table_open(IndexRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    List *result = NIL;
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        Oid schema = form->indisvalid ? InvalidOid : get_rel_namespace(form->indexrelid);
        if (!OidIsValid(schema) || get_rel_relkind(form->indexrelid) != RELKIND_INDEX || isAnyTempNamespace(schema) ||
            IsCatalogNamespace(schema) || IsToastNamespace(schema))
            continue;
        auto *index = static_cast<IndexName *>(palloc(sizeof(IndexName)));
        index->schema = schema;
        index->name = get_rel_name(form->indexrelid);
        result = lappend(result, index);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

bool became_valid(const IndexName *index)
{
    Oid relid = find_index(index);
    return OidIsValid(relid) && is_valid_index(relid);
}

const char *name_first(Node *, const void *invalid)
{
    for (IndexName *index : each<IndexName>(static_cast<const List *>(invalid)))
        if (became_valid(index))
            return psprintf("index %s", quote_qualified_identifier(get_namespace_name(index->schema), index->name));
    return nullptr;
}

void write_indexes(Script &script, Node *, const void *invalid)
{
    for (IndexName *index : each<IndexName>(static_cast<const List *>(invalid))) {
        if (!became_valid(index))
            continue;
        Oid relid = find_index(index);
        write_index(script, relid, true, false);
        if (get_rel_relispartition(relid))
            script.statement()
                .text("ALTER INDEX ")
                .relation_name(get_partition_parent(relid, false))
                .text(" ATTACH PARTITION ")
                .relation_name(relid);
    }
}

constexpr HookedCommand reindex = {Scope::database, find_invalid, name_first, write_indexes};

} // namespace

const HookedCommand *find_reindex_command(Node *statement)
{
    return IsA(statement, ReindexStmt) ? &reindex : nullptr;
}

} // namespace pg_follower
