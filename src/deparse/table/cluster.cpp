// CLUSTER ... USING index marks the index, which event triggers do not see. Only the mark follows: the order of the
// rows does not matter downstream, and CLUSTER without an index leaves the marks as they are.
#include "deparse/hooked_command.hpp"
#include "deparse/object_name.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {
namespace {

// The table, by the session's search path; null where nothing is to follow.
void *find_table(Node *node)
{
    auto *statement = castNode(ClusterStmt, node);
    if (!statement->relation || !statement->indexname)
        return nullptr;
    Oid table = RangeVarGetRelid(statement->relation, NoLock, true);
    Oid schema = OidIsValid(table) ? get_rel_namespace(table) : InvalidOid;
    if (!OidIsValid(schema) || isAnyTempNamespace(schema) || IsCatalogNamespace(schema) || IsToastNamespace(schema))
        return nullptr;
    auto *found = allocate<Oid>();
    *found = table;
    return found;
}

const char *name_table(Node *, const void *table)
{
    if (!table)
        return nullptr;
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, *static_cast<const Oid *>(table));
    return psprintf("table %s", getObjectIdentity(&address, false));
}

// ALTER TABLE ... CLUSTER ON, of a table (or materialized view) that has a marked index.
void write_mark(Script &script, Oid table)
{
    RelationScope relation(table);
    for (Oid index : each_oid(RelationGetIndexList(relation)))
        if (get_index_isclustered(index)) {
            ObjectAddress address;
            ObjectAddressSet(address, RelationRelationId, table);
            SqlWriter &out = script.statement();
            out.text("ALTER ");
            write_object(out, address);
            out.text(" CLUSTER ON ").name(get_rel_name(index));
            return;
        }
}

// A partitioned table itself has no mark. The command marks the indexes of its partitions.
void write_marks(Script &script, Node *, const void *table)
{
    for (Oid relation : each_oid(find_all_inheritors(*static_cast<const Oid *>(table), NoLock, nullptr)))
        if (relation == *static_cast<const Oid *>(table) || get_rel_relispartition(relation))
            write_mark(script, relation);
}

} // namespace

constexpr HookedCommand hooked_cluster = {Scope::database, find_table, name_table, write_marks};

} // namespace pg_follower::deparse
