// Tells where the sequences of this database stand, for the downstream: logical decoding does not see them move.
//
// A follower must not set a sequence to a position that is older than a command which it has applied since (ALTER
// SEQUENCE RESTART, TRUNCATE RESTART IDENTITY, a rename). So each position comes with a place in WAL: all that
// committed before it is in the position, and nothing that commits after it. The lock that nextval() takes, too, makes
// that true: under it no such command is between its commit record and the moment when others see it, or has begun. The
// lock is let go at once, so thousands of sequences take no more than one lock at a time.
//
// A command that holds a sequence locked is waited for only a moment: the transaction may be an idle or a prepared one.
#include "pg_follower/replication_role.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/sequence_position.hpp"
#include "pg_follower/wal_end.hpp"

extern "C" {
#include "access/relation.h"
#include "access/xlog.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/pg_lsn.h"

PG_FUNCTION_INFO_V1(pg_follower_sequence_states);
}

namespace pg_follower::answers {
namespace {

// How long all locked sequences of one call are waited for together.
constexpr int most_waits = 100;
constexpr long wait_microseconds = 10000;

// The sequences of extensions, but for those that a dump takes along, as well.
List *left_to_extensions()
{
    List *members = NIL;
    for (const auto &extension : CatalogScan<FormData_pg_extension>(ExtensionRelationId, InvalidOid, {})) {
        List *taken = extension_configuration(extension->oid);
        for (const auto &row :
             CatalogScan<FormData_pg_depend>(DependRelationId, DependReferenceIndexId,
                                             {{Anum_pg_depend_refclassid, static_cast<Oid>(ExtensionRelationId)},
                                              {Anum_pg_depend_refobjid, extension->oid}}))
            if (row->deptype == DEPENDENCY_EXTENSION && row->classid == RelationRelationId &&
                get_rel_relkind(row->objid) == RELKIND_SEQUENCE && !list_member_oid(taken, row->objid))
                members = lappend_oid(members, row->objid);
    }
    return members;
}

List *sequences()
{
    List *result = NIL;
    List *left = left_to_extensions();
    for (const auto &row : CatalogScan<FormData_pg_class>(RelationRelationId, InvalidOid, {}))
        if (row->relkind == RELKIND_SEQUENCE && row->relpersistence != RELPERSISTENCE_TEMP &&
            !list_member_oid(left, row->oid) &&
            // A standby has no content of an unlogged one.
            !(RecoveryInProgress() && row->relpersistence == RELPERSISTENCE_UNLOGGED))
            result = lappend_oid(result, row->oid);
    return result;
}

bool try_lock(Oid sequence, LOCKMODE mode, int &waits)
{
    while (!ConditionalLockRelationOid(sequence, mode)) {
        if (waits == 0)
            return false;
        --waits;
        pg_usleep(wait_microseconds);
        CHECK_FOR_INTERRUPTS();
    }
    return true;
}

void put(ReturnSetInfo *result, Oid oid, const char *schema, const char *name, const SequencePosition *position,
         Oid storage, XLogRecPtr lsn)
{
    NameData schema_value, name_value;
    namestrcpy(&schema_value, schema);
    namestrcpy(&name_value, name);
    Datum values[] = {
        ObjectIdGetDatum(oid),
        NameGetDatum(&schema_value),
        NameGetDatum(&name_value),
        position ? Int64GetDatum(position->last_value) : (Datum)0,
        position ? BoolGetDatum(position->is_called) : (Datum)0,
        ObjectIdGetDatum(storage),
        LSNGetDatum(lsn),
    };
    bool nulls[lengthof(values)] = {false, false, false, !position, !position, !position, !position};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

} // namespace
} // namespace pg_follower::answers

using namespace pg_follower;
using namespace pg_follower::answers;

// follower.sequence_states(wait boolean) → the position of each sequence; null where a transaction holds it locked
Datum pg_follower_sequence_states(PG_FUNCTION_ARGS)
{
    require_replication("sequence_states");
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    int waits = PG_GETARG_BOOL(0) ? most_waits : 0;
    // In recovery no such lock can be taken, nor is it needed: what WAL says is visible when it has been replayed.
    LOCKMODE mode = RecoveryInProgress() ? AccessShareLock : RowExclusiveLock;
    XLogRecPtr end = InvalidXLogRecPtr;
    for (Oid oid : each_oid(sequences())) {
        if (!try_lock(oid, mode, waits)) {
            const char *name = get_rel_name(oid);
            const char *schema = name ? get_namespace_name(get_rel_namespace(oid)) : nullptr;
            if (schema)
                put(result, oid, schema, name, nullptr, InvalidOid, InvalidXLogRecPtr);
            continue;
        }
        // It may have been dropped before it was locked.
        if (Relation sequence = try_relation_open(oid, NoLock)) {
            SequencePosition position = read_sequence(sequence);
            end = end_of_wal();
            put(result, oid, get_namespace_name(RelationGetNamespace(sequence)), RelationGetRelationName(sequence),
                &position, sequence->rd_rel->relfilenode, end);
            relation_close(sequence, NoLock);
        }
        UnlockRelationOid(oid, mode);
    }
    // The stream reaches these places, and no follower knows a position that a crash of this server takes back.
    if (!RecoveryInProgress())
        XLogFlush(end);
    return (Datum)0;
}
