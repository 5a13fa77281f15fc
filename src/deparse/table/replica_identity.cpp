// Keyless tables: an UPDATE or DELETE of a table without a usable replica identity leaves no old row in WAL, so it
// could not follow. Such a table is given REPLICA IDENTITY FULL when it is created or loses its key, upstream by a
// change of its row in pg_class, downstream by an ALTER TABLE. The table follower.keyless_table remembers the tables
// that have it from here: when such a table gets a primary key, its identity is that key again.
//
// Some tables are left alone: those whose owner chose FULL or NOTHING, unlogged and temporary tables, partitioned
// tables (their partitions have an identity), the system's tables, and tables of extensions that are not configuration
// tables, since their rows do not follow.
#include "deparse/table/replica_identity.hpp"
#include "deparse/follow.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/table/keyless_table.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_publication.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
}

namespace pg_follower::deparse {
namespace {

// Whether the table has a primary key that can be its replica identity.
bool has_primary_key(Relation table)
{
    for (Oid index : each_oid(RelationGetIndexList(table))) {
        SyscacheRow<FormData_pg_index> row(INDEXRELID, ObjectIdGetDatum(index));
        if (row && row->indisprimary && row->indisvalid && row->indimmediate)
            return true;
    }
    return false;
}

// The replica identity that the table should get; 0 where it keeps the one it has.
char wanted_identity(Oid relid)
{
    if (relid < FirstNormalObjectId || get_rel_relkind(relid) != RELKIND_RELATION ||
        get_rel_persistence(relid) != RELPERSISTENCE_PERMANENT)
        return 0;
    RelationScope table(relid);
    switch (table->rd_rel->relreplident) {
    case REPLICA_IDENTITY_DEFAULT:
    case REPLICA_IDENTITY_INDEX:
        return OidIsValid(RelationGetReplicaIndex(table)) ? 0 : REPLICA_IDENTITY_FULL;
    case REPLICA_IDENTITY_FULL:
        return has_primary_key(table) && is_keyless_table(relid) ? REPLICA_IDENTITY_DEFAULT : 0;
    default:
        return 0;
    }
}

HeapTuple copy_class_row(Oid relid)
{
    HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for relation %u", relid);
    return tuple;
}

// A copy of a relation's row of pg_class, which is locked. The command may hold a lock on the relation that lets CREATE
// INDEX in, which updates the row in place; the row's lock keeps that off (README.tuplock of the server).
HeapTuple lock_class_row(Relation catalog, Oid relid)
{
    for (HeapTuple tuple = copy_class_row(relid);;) {
        ItemPointerData locked = tuple->t_self;
        heap_freetuple(tuple);
        LockTuple(catalog, &locked, ExclusiveLock);
        AcceptInvalidationMessages();
        tuple = copy_class_row(relid);
        if (ItemPointerEquals(&tuple->t_self, &locked))
            return tuple;
        UnlockTuple(catalog, &locked, ExclusiveLock);
    }
}

void set_identity(Oid relid, char identity)
{
    Relation catalog = table_open(RelationRelationId, RowExclusiveLock);
    HeapTuple tuple = lock_class_row(catalog, relid);
    ItemPointerData locked = tuple->t_self;
    reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relreplident = identity;
    CatalogTupleUpdate(catalog, &locked, tuple);
    UnlockTuple(catalog, &locked, ExclusiveLock);
    heap_freetuple(tuple);
    table_close(catalog, RowExclusiveLock);
    CommandCounterIncrement();
}

// Gives the table the identity that it should have, and writes the command for the downstream, where the table
// `may_be_missing`.
template <bool may_be_missing> void change_identity(Script &script, const Command &alter)
{
    Oid table = alter.address.objectId;
    char wanted = wanted_identity(table);
    set_identity(table, wanted);
    if (wanted == REPLICA_IDENTITY_FULL)
        remember_keyless_table(table);
    else
        forget_keyless_table(table);
    // The key may have gone by a CASCADE, from a table of any owner.
    script.statement(RunAs::applier)
        .text(may_be_missing ? "ALTER TABLE IF EXISTS " : "ALTER TABLE ")
        .relation_name(table)
        .text(wanted == REPLICA_IDENTITY_FULL ? " REPLICA IDENTITY FULL" : " REPLICA IDENTITY DEFAULT");
}

} // namespace

bool needs_replica_identity(Oid relid)
{
    return wanted_identity(relid) != 0;
}

bool keep_replica_identity(Oid relid, bool may_be_missing)
{
    if (!needs_replica_identity(relid))
        return false;
    Oid extension = getExtensionOfObject(RelationRelationId, relid);
    if (OidIsValid(extension) && !list_member_oid(extension_configuration(extension), relid))
        return false;
    ObjectAddress table;
    ObjectAddressSet(table, RelationRelationId, relid);
    if (is_temporary(table))
        return false;
    follow_now(LoneCommand("ALTER TABLE", table, false).command,
               may_be_missing || OidIsValid(extension) ? change_identity<true> : change_identity<false>);
    return true;
}

bool reset_replica_identity(Oid relid)
{
    if (!ConditionalLockRelationOid(relid, ShareRowExclusiveLock))
        return false;
    bool changes = false;
    if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid))) {
        RelationScope table(relid);
        PublicationDesc published;
        RelationBuildPublicationDesc(table, &published);
        if (published.pubactions.pubupdate || published.pubactions.pubdelete)
            return false;
        changes = table->rd_rel->relreplident == REPLICA_IDENTITY_FULL;
    }
    if (changes)
        set_identity(relid, REPLICA_IDENTITY_DEFAULT);
    forget_keyless_table(relid);
    return changes;
}

void note_replica_identity(Oid relid, const ReplicaIdentityStmt *statement)
{
    forget_keyless_table(relid);
    if (statement->identity_type == REPLICA_IDENTITY_NOTHING)
        ereport(WARNING, (errmsg("updates and deletes of table \"%s\" cannot be followed", get_rel_name(relid)),
                          errdetail("With REPLICA IDENTITY NOTHING their old rows are not in WAL."),
                          errhint("Use REPLICA IDENTITY FULL, or DEFAULT where the table has a primary key.")));
}

} // namespace pg_follower::deparse
