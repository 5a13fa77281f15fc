// REINDEX makes an index valid that CREATE INDEX CONCURRENTLY left behind when it failed. Event triggers see neither, so
// the index does not exist downstream yet. With TABLESPACE it also moves indexes. Any other REINDEX changes nothing
// that follows.
#include "index.hpp"
#include "object_name.hpp"
#include "relation_parts.hpp"
#include "utility_hook.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/comment.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower {
namespace {

// By name: REINDEX CONCURRENTLY makes a new index of the same name.
struct IndexName {
    Oid schema;
    const char *name;
    bool valid;
    Oid tablespace;
};

bool moves_indexes(Node *statement)
{
    for (DefElem *option : each<DefElem>(castNode(ReindexStmt, statement)->params))
        if (strcmp(option->defname, "tablespace") == 0)
            return true;
    return false;
}

Oid find_index(const IndexName *index)
{
    return get_relname_relid(index->name, index->schema);
}

// The database's invalid plain indexes, or, where the command may move any, all of them, as a list of IndexName; null
// where there are none, which is usual.
void *find_indexes(Node *statement)
{
    bool moves = moves_indexes(statement);
    Relation catalog = table_open(IndexRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    List *result = NIL;
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        Oid schema = form->indisvalid && !moves ? InvalidOid : get_rel_namespace(form->indexrelid);
        if (!OidIsValid(schema) || get_rel_relkind(form->indexrelid) != RELKIND_INDEX || isAnyTempNamespace(schema) ||
            IsCatalogNamespace(schema) || IsToastNamespace(schema))
            continue;
        auto *index = static_cast<IndexName *>(palloc(sizeof(IndexName)));
        *index = {schema, get_rel_name(form->indexrelid), form->indisvalid, get_rel_tablespace(form->indexrelid)};
        result = lappend(result, index);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

bool became_valid(const IndexName *index)
{
    Oid relid = find_index(index);
    return !index->valid && OidIsValid(relid) && is_valid_index(relid);
}

bool was_moved(const IndexName *index)
{
    Oid relid = find_index(index);
    return index->valid && OidIsValid(relid) && get_rel_tablespace(relid) != index->tablespace;
}

const char *name_first(Node *, const void *indexes)
{
    for (IndexName *index : each<IndexName>(static_cast<const List *>(indexes)))
        if (became_valid(index) || was_moved(index))
            return psprintf("index %s", quote_qualified_identifier(get_namespace_name(index->schema), index->name));
    return nullptr;
}

void write_indexes(Script &script, Node *, const void *indexes)
{
    for (IndexName *index : each<IndexName>(static_cast<const List *>(indexes))) {
        Oid relid = find_index(index);
        if (was_moved(index))
            write_tablespace(script, "ALTER INDEX ", relid, get_rel_tablespace(relid));
        if (!became_valid(index))
            continue;
        write_index(script, relid, true, false);
        if (get_rel_relispartition(relid))
            write_index_attachment(script, relid);
        ObjectAddress address;
        ObjectAddressSet(address, RelationRelationId, relid);
        write_object_comment(script, address, GetComment(relid, RelationRelationId, 0));
    }
}

constexpr HookedCommand reindex = {Scope::database, find_indexes, name_first, write_indexes};

} // namespace

const HookedCommand *find_reindex_command(Node *statement)
{
    return IsA(statement, ReindexStmt) ? &reindex : nullptr;
}

} // namespace pg_follower
