// When tables get their replica identity looked after: when a command made or altered them, when something of them was
// dropped, when they come into or leave an extension, and when a follow starts. What identity a table gets stands in
// table/replica_identity.cpp.
#include "deparse/capture/keep_replica_identities.hpp"
#include "deparse/table/keyless_table.hpp"
#include "deparse/table/replica_identity.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/followers.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"
}

namespace pg_follower::deparse {
namespace {

// Tables whose chosen identity index was dropped.
List *tables_without_their_index()
{
    List *found = NIL;
    for (const auto &table : CatalogScan<FormData_pg_class>(RelationRelationId, InvalidOid,
                                                            {{Anum_pg_class_relreplident, REPLICA_IDENTITY_INDEX}}))
        found = lappend_oid(found, table->oid);
    return found;
}

// The table that a dropped constraint belonged to, if that is still there.
Oid table_of_constraint(const DroppedObject &object)
{
    return object.address.classId == ConstraintRelationId && object.address_name_count >= 3 ? table_of_part(object)
                                                                                            : InvalidOid;
}

List *all_extensions()
{
    List *result = NIL;
    for (const auto &extension : CatalogScan<FormData_pg_extension>(ExtensionRelationId, InvalidOid, {}))
        result = lappend_oid(result, extension->oid);
    return result;
}

} // namespace

void keep_replica_identities(const Event &event)
{
    for (int i = 0; i < event.count; ++i) {
        const Command &command = event.commands[i];
        // CREATE EXTENSION ... CASCADE creates other extensions, which its event does not tell. ALTER EXTENSION ...
        // UPDATE may add tables, too.
        if (command.address.classId == ExtensionRelationId)
            for (Oid extension : each_oid(all_extensions()))
                for (Oid member : each_oid(extension_configuration(extension)))
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
        index_dropped |= strcmp(objects[i].type, "index") == 0;
        if (Oid relid = table_of_constraint(objects[i]); OidIsValid(relid))
            (void)keep_replica_identity(relid);
    }
    if (index_dropped)
        for (Oid relid : each_oid(tables_without_their_index()))
            (void)keep_replica_identity(relid);
}

} // namespace pg_follower::deparse

using namespace pg_follower;
using namespace pg_follower::deparse;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_set_replica_identities);
PGDLLEXPORT Datum pg_follower_set_replica_identities(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(pg_follower_reset_replica_identities);
PGDLLEXPORT Datum pg_follower_reset_replica_identities(PG_FUNCTION_ARGS);

// follower.set_replica_identities() returns integer: gives every keyless table of the database its replica identity, as
// start_follow wants it for the tables that exist, and returns how many it changed. Waits for those who write to such
// a table. A downstream that lacks the table passes the change over.
Datum pg_follower_set_replica_identities(PG_FUNCTION_ARGS)
{
    if (!superuser())
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to set replica identities")));

    List *tables = NIL;
    for (const auto &row : CatalogScan<FormData_pg_class>(RelationRelationId, ClassOidIndexId, {}))
        if (row->oid >= FirstNormalObjectId && row->relkind == RELKIND_RELATION &&
            row->relpersistence == RELPERSISTENCE_PERMANENT)
            tables = lappend_oid(tables, row->oid);

    int changed = 0;
    for (Oid relid : each_oid(tables)) {
        CHECK_FOR_INTERRUPTS();
        // Most tables have a key, so look before locking.
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) || !needs_replica_identity(relid))
            continue;
        LockRelationOid(relid, ShareRowExclusiveLock);
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) && keep_replica_identity(relid, true))
            ++changed;
    }
    PG_RETURN_INT32(changed);
}

// follower.reset_replica_identities() returns integer: takes back what following gave to keyless tables, as drop_follow
// wants it when the last follow ends, and returns how many tables it changed. Does nothing while somebody follows.
Datum pg_follower_reset_replica_identities(PG_FUNCTION_ARGS)
{
    if (!superuser())
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to reset replica identities")));

    int changed = 0;
    if (!anybody_follows())
        for (Oid relid : each_oid(keyless_tables()))
            changed += reset_replica_identity(relid);
    PG_RETURN_INT32(changed);
}

} // extern "C"
