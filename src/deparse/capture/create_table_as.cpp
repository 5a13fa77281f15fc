// CREATE TABLE AS and SELECT INTO: the table as the command resolved it, in time before its rows, which follow as rows.
//
// The command fires its ddl_command_end only after its rows are in WAL, and EXPLAIN ANALYZE of it fires no event
// trigger at all. So the table is written where the executor has just made it, before the first row: the receiver of
// the query's rows makes the table in its start-up function, which is wrapped here. Assumes: the library is loaded
// before the command runs. An event trigger on ddl_command_start sees to that; for EXPLAIN ANALYZE, an earlier DDL
// command of the session or a preloaded library does.
#include "deparse/capture/create_table_as.hpp"
#include "deparse/follow.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/replica_identity.hpp"
#include "deparse/written.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "tcop/dest.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

object_access_hook_type next_object_access;
ExecutorRun_hook_type next_executor_run;

using StartReceiver = void (*)(DestReceiver *self, int operation, TupleDesc type);
StartReceiver start_into_table; // the server's own, of every receiver of its kind

bool creating = false; // the receiver's start-up runs
Oid created;           // the first relation that it made: the table, not its TOAST table

void object_access(ObjectAccessType access, Oid class_id, Oid object, int column, void *argument)
{
    if (next_object_access)
        next_object_access(access, class_id, object, column, argument);
    if (creating && access == OAT_POST_CREATE && class_id == RelationRelationId && column == 0 && !OidIsValid(created))
        created = object;
}

void start_receiver(DestReceiver *self, int operation, TupleDesc type)
{
    created = InvalidOid;
    creating = true;
    PG_TRY();
    {
        start_into_table(self, operation, type);
    }
    PG_FINALLY();
    {
        creating = false;
    }
    PG_END_TRY();

    if (!OidIsValid(created))
        return;
    // Rows of materialized views do not follow: the downstream fills them by itself.
    bool view = get_rel_relkind(created) == RELKIND_MATVIEW;
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, created);
    LoneCommand lone(view ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS", address, true);
    if (!follow_early(lone.command, view ? deparse_create_materialized_view : deparse_create_table))
        return;
    if (!view)
        (void)keep_replica_identity(created);
    note_written_relation(created);
}

void executor_run(PGF_EXECUTOR_RUN_PARAMETERS)
{
    DestReceiver *receiver = query->dest;
    if (receiver && receiver->mydest == DestIntoRel && receiver->rStartup != start_receiver) {
        start_into_table = receiver->rStartup;
        receiver->rStartup = start_receiver;
    }
    if (next_executor_run)
        next_executor_run(PGF_EXECUTOR_RUN_ARGUMENTS);
    else
        standard_ExecutorRun(PGF_EXECUTOR_RUN_ARGUMENTS);
}

} // namespace

void install_create_table_as()
{
    next_object_access = object_access_hook;
    object_access_hook = object_access;
    next_executor_run = ExecutorRun_hook;
    ExecutorRun_hook = executor_run;
}

} // namespace pg_follower::deparse
