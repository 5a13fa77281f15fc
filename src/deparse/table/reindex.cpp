// REINDEX makes an index valid that CREATE INDEX CONCURRENTLY left behind when it failed. Event triggers see neither,
// so the index does not exist downstream yet. An ALTER TABLE that builds the table's indexes anew makes such an index
// valid, too, and so does REFRESH MATERIALIZED VIEW. With TABLESPACE, REINDEX also moves indexes. Any other REINDEX
// changes nothing that follows.
#include "deparse/hooked_command.hpp"
#include "deparse/object_name.hpp"
#include "deparse/table/index.hpp"
#include "deparse/table/tablespaces.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "commands/comment.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// An index before the command. It is found again by its name, for REINDEX CONCURRENTLY makes a new index of that name.
struct IndexName {
    Oid schema;
    const char *name;
    bool valid;
    Oid tablespace;
};

bool moves_indexes(Node *statement)
{
    return has_option(castNode(ReindexStmt, statement)->params, "tablespace");
}

Oid find_index(const IndexName *index)
{
    return get_relname_relid(index->name, index->schema);
}

// Adds a plain index that is not the server's own.
List *add_index(List *indexes, Oid relid, bool valid)
{
    Oid schema = get_rel_namespace(relid);
    const char *name = get_rel_name(relid);
    if (!OidIsValid(schema) || !name || get_rel_relkind(relid) != RELKIND_INDEX || isAnyTempNamespace(schema) ||
        IsCatalogNamespace(schema) || IsToastNamespace(schema))
        return indexes;
    auto *index = allocate<IndexName>();
    *index = {schema, name, valid, get_rel_tablespace(relid)};
    return lappend(indexes, index);
}

// The invalid plain indexes of the database, as a list of IndexName; all plain indexes, if the command may move any.
// Null where there are none, which is usual.
void *find_indexes(Node *statement)
{
    bool moves = moves_indexes(statement);
    List *result = NIL;
    for (const auto &index : CatalogScan<FormData_pg_index>(IndexRelationId, InvalidOid, {}))
        if (moves || !index->indisvalid)
            result = add_index(result, index->indexrelid, index->indisvalid);
    return result;
}

// The invalid indexes of a table and its descendants, or of a materialized view, as a list of IndexName. No table is
// locked for that: the command will lock it more strongly, and of two such commands each would keep the other from it.
void *find_indexes_of(Node *statement)
{
    const RangeVar *name = IsA(statement, AlterTableStmt) ? castNode(AlterTableStmt, statement)->relation
                                                          : castNode(RefreshMatViewStmt, statement)->relation;
    Oid relid = RangeVarGetRelid(name, NoLock, true);
    char kind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_MATVIEW)
        return nullptr;
    List *result = NIL;
    for (Oid member : each_oid(find_all_inheritors(relid, NoLock, nullptr)))
        for (const auto &index :
             CatalogScan<FormData_pg_index>(IndexRelationId, IndexIndrelidIndexId, {{Anum_pg_index_indrelid, member}}))
            if (!index->indisvalid)
                result = add_index(result, index->indexrelid, false);
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

} // namespace

bool may_build_indexes(Node *statement)
{
    for (AlterTableCmd *command : each<AlterTableCmd>(castNode(AlterTableStmt, statement)->cmds))
        switch (command->subtype) {
        case AT_AddColumn:
        case AT_AlterColumnType:
        case AT_SetLogged:
        case AT_SetUnLogged:
        case AT_SetAccessMethod:
            return true;
        default:
            break;
        }
    return false;
}

constexpr HookedCommand hooked_reindex = {Scope::database, find_indexes, name_first, write_indexes};
constexpr HookedCommand hooked_index_build = {Scope::database, find_indexes_of, name_first, write_indexes};

} // namespace pg_follower::deparse
