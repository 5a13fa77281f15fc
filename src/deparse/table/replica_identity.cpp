// Keyless tables: an UPDATE or DELETE of a table without a usable replica identity leaves no old row in WAL, so it
// could not follow. Such a table is given REPLICA IDENTITY FULL when it is created or loses its key, upstream by a
// change of its row in pg_class, downstream by an ALTER TABLE. The table follower.keyless_table remembers the tables
// that have it from here: when such a table gets a primary key, its identity is that key again.
//
// Not concerned: tables whose owner chose FULL or NOTHING, unlogged and temporary tables, partitioned tables (their
// partitions are), the system's tables, and those of extensions, but for configuration tables, whose rows follow.
#include "deparse/table/replica_identity.hpp"
#include "deparse/dropped_objects.hpp"
#include "deparse/follow.hpp"
#include "deparse/object_facts.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {
namespace {

// ----------------------------------------------------------------------------------------------- what a table is like

// Whether the table has a primary key that can be its replica identity.
bool has_primary_key(Relation table)
{
    bool found = false;
    List *indexes = RelationGetIndexList(table);
    for (Oid index : each_oid(indexes)) {
        HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
        if (!HeapTupleIsValid(tuple))
            continue;
        auto form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        found = found || (form->indisprimary && form->indisvalid && form->indimmediate);
        ReleaseSysCache(tuple);
    }
    list_free(indexes);
    return found;
}

// The replica identity that the table should get; 0 where it keeps the one it has. `from_here` says whether the one it
// has came from here.
template <typename FromHere> char wanted_identity(Oid relid, FromHere from_here)
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
        return has_primary_key(table) && from_here() ? REPLICA_IDENTITY_DEFAULT : 0;
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

// ------------------------------------------------------------------------------------------- follower.keyless_table

// Finds the table's row, hands it to `take(keyless_table, tuple)`, and returns whether there is one.
template <typename Take> bool find_mark(Oid relid, LOCKMODE lock, Take take)
{
    Oid schema = get_namespace_oid(internal_schema, false);
    Relation marks = table_open(get_relname_relid("keyless_table", schema), lock);
    ScanKeyData key;
    ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan =
        systable_beginscan(marks, get_relname_relid("keyless_table_pkey", schema), true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    bool found = HeapTupleIsValid(tuple);
    take(marks, tuple);
    systable_endscan(scan);
    table_close(marks, NoLock);
    return found;
}

bool has_mark(Oid relid)
{
    return find_mark(relid, AccessShareLock, [](Relation, HeapTuple) {});
}

void add_mark(Oid relid)
{
    find_mark(relid, RowExclusiveLock, [relid](Relation marks, HeapTuple known) {
        if (HeapTupleIsValid(known))
            return;
        Datum value = ObjectIdGetDatum(relid);
        bool is_null = false;
        HeapTuple tuple = heap_form_tuple(RelationGetDescr(marks), &value, &is_null);
        CatalogTupleInsert(marks, tuple);
        heap_freetuple(tuple);
    });
    CommandCounterIncrement();
}

void remove_mark(Oid relid)
{
    find_mark(relid, RowExclusiveLock, [](Relation marks, HeapTuple known) {
        if (HeapTupleIsValid(known))
            CatalogTupleDelete(marks, &known->t_self);
    });
    CommandCounterIncrement();
}

// --------------------------------------------------------------------------------------------------------------- drops

// Tables whose chosen identity index is gone.
List *tables_without_their_index()
{
    List *found = NIL;
    Relation catalog = table_open(RelationRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_class_relreplident, BTEqualStrategyNumber, F_CHAREQ,
                CharGetDatum(REPLICA_IDENTITY_INDEX));
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 1, &key);
    while (HeapTuple tuple = systable_getnext(scan))
        found = lappend_oid(found, reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->oid);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return found;
}

// The table that a dropped constraint belonged to, if that is still there. Address names are schema, table, constraint.
Oid table_of(const DroppedObject &object)
{
    if (object.address.classId != ConstraintRelationId || object.address_name_count < 3)
        return InvalidOid;
    Oid schema = get_namespace_oid(object.address_names[0], true);
    return OidIsValid(schema) ? get_relname_relid(object.address_names[1], schema) : InvalidOid;
}

// ---------------------------------------------------------------------------------------------------------- extensions

// The configuration tables and sequences of an extension, as a list of OIDs.
List *configuration_of(Oid extension)
{
    CatalogRow<FormData_pg_extension> row(ExtensionRelationId, extension);
    bool is_null;
    Datum value = row.datum(Anum_pg_extension_extconfig, is_null);
    if (is_null)
        return NIL;
    Datum *elements;
    int count;
    deconstruct_array(DatumGetArrayTypeP(value), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &elements, nullptr, &count);
    List *result = NIL;
    for (int i = 0; i < count; ++i)
        result = lappend_oid(result, DatumGetObjectId(elements[i]));
    return result;
}

List *all_extensions()
{
    List *result = NIL;
    Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan))
        result = lappend_oid(result, reinterpret_cast<Form_pg_extension>(GETSTRUCT(tuple))->oid);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

// ------------------------------------------------------------------------------------------------------------- changes

// Gives the table the identity that it should have, and writes the command for the downstream, where the table
// `may_be_missing`.
template <bool may_be_missing> void change_identity(Script &script, const Command &alter)
{
    Oid table = alter.address.objectId;
    char wanted = wanted_identity(table, [] { return true; });
    set_identity(table, wanted);
    if (wanted == REPLICA_IDENTITY_FULL)
        add_mark(table);
    else
        remove_mark(table);
    // It may be anybody's table that a CASCADE took the key from.
    script.statement(RunAs::applier)
        .text(may_be_missing ? "ALTER TABLE IF EXISTS " : "ALTER TABLE ")
        .relation_name(table)
        .text(wanted == REPLICA_IDENTITY_FULL ? " REPLICA IDENTITY FULL" : " REPLICA IDENTITY DEFAULT");
}

// Runs `change` if the table's identity is not what it should be.
bool keep_identity(Oid relid, DeparseCommand change)
{
    char identity = wanted_identity(relid, [relid] { return has_mark(relid); });
    if (identity == 0)
        return false;
    if (Oid extension = getExtensionOfObject(RelationRelationId, relid); OidIsValid(extension)) {
        if (!list_member_oid(configuration_of(extension), relid))
            return false;
        change = change_identity<true>;
    }
    ObjectAddress table;
    ObjectAddressSet(table, RelationRelationId, relid);
    if (is_temporary(table))
        return false;
    follow_now(LoneCommand("ALTER TABLE", table).command, change);
    return true;
}

} // namespace

bool keep_replica_identity(Oid relid)
{
    return keep_identity(relid, change_identity<false>);
}

void keep_replica_identities(const Event &event)
{
    for (int i = 0; i < event.count; ++i) {
        const Command &command = event.commands[i];
        // CREATE EXTENSION, which may CASCADE to others unsaid, and ALTER EXTENSION ... UPDATE.
        if (command.address.classId == ExtensionRelationId)
            for (Oid extension : each_oid(all_extensions()))
                for (Oid member : each_oid(configuration_of(extension)))
                    (void)keep_replica_identity(member);
        // A table that leaves its extension is like any other from now on.
        if (command.parse_tree && IsA(command.parse_tree, AlterExtensionContentsStmt) &&
            command.collected->d.simple.secondaryObject.classId == RelationRelationId)
            (void)keep_replica_identity(command.collected->d.simple.secondaryObject.objectId);
        if (command.address.classId != RelationRelationId || command.collected->in_extension)
            continue;
        Oid relid = command.address.objectId;
        if (command.collected->type == SCT_AlterTable && has_subclass(relid))
            for (Oid member : each_oid(find_all_inheritors(relid, NoLock, nullptr)))
                (void)keep_replica_identity(member);
        else
            (void)keep_replica_identity(relid);
    }
}

void keep_replica_identities(const DroppedObjects &objects)
{
    bool index_dropped = false;
    for (int i = 0; i < objects.count(); ++i) {
        index_dropped = index_dropped || strcmp(objects[i].type, "index") == 0;
        if (Oid relid = table_of(objects[i]); OidIsValid(relid))
            (void)keep_replica_identity(relid);
    }
    if (index_dropped)
        for (Oid relid : each_oid(tables_without_their_index()))
            (void)keep_replica_identity(relid);
}

void note_replica_identity(Oid relid, const ReplicaIdentityStmt *statement)
{
    remove_mark(relid);
    if (statement->identity_type == REPLICA_IDENTITY_NOTHING)
        ereport(WARNING, (errmsg("updates and deletes of table \"%s\" cannot be followed", get_rel_name(relid)),
                          errdetail("With REPLICA IDENTITY NOTHING their old rows are not in WAL."),
                          errhint("Use REPLICA IDENTITY FULL, or DEFAULT where the table has a primary key.")));
}

} // namespace pg_follower::deparse

using namespace pg_follower;
using namespace pg_follower::deparse;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_set_replica_identities);
PGDLLEXPORT Datum pg_follower_set_replica_identities(PG_FUNCTION_ARGS);

// follower.set_replica_identities() returns integer: gives every keyless table of the database its replica identity, as
// start_follow wants it for the tables that exist, and returns how many it changed. Waits for those who write to such
// a table. A downstream that lacks the table passes the change over.
Datum pg_follower_set_replica_identities(PG_FUNCTION_ARGS)
{
    if (!superuser())
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to set replica identities")));

    List *tables = NIL;
    Relation catalog = table_open(RelationRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, ClassOidIndexId, true, nullptr, 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
        if (form->oid >= FirstNormalObjectId && form->relkind == RELKIND_RELATION &&
            form->relpersistence == RELPERSISTENCE_PERMANENT)
            tables = lappend_oid(tables, form->oid);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);

    int changed = 0;
    for (Oid relid : each_oid(tables)) {
        CHECK_FOR_INTERRUPTS();
        // Most tables have a key: look before locking.
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) ||
            wanted_identity(relid, [relid] { return has_mark(relid); }) == 0)
            continue;
        LockRelationOid(relid, ShareRowExclusiveLock);
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) && keep_identity(relid, change_identity<true>))
            ++changed;
    }
    PG_RETURN_INT32(changed);
}

} // extern "C"
