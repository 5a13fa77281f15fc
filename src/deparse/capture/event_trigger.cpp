// The event triggers: they take the commands of a statement, have them written as SQL, and put that into WAL.
//
// Promises what follow.hpp promises. For temporary objects, and for what an extension's script does, nothing is done
// and nothing is said. Assumes that the event trigger manager calls.
#include "deparse/capture/commands.hpp"
#include "deparse/capture/create_schema.hpp"
#include "deparse/capture/create_table_as.hpp"
#include "deparse/capture/detach_hook.hpp"
#include "deparse/capture/dispatch.hpp"
#include "deparse/capture/event.hpp"
#include "deparse/capture/keep_replica_identities.hpp"
#include "deparse/capture/rewrite.hpp"
#include "deparse/capture/utility_hook.hpp"
#include "deparse/command_lock.hpp"
#include "deparse/drop/drop.hpp"
#include "deparse/drop/drop_owned.hpp"
#include "deparse/dropped_objects.hpp"
#include "deparse/emit.hpp"
#include "deparse/follow.hpp"
#include "deparse/written.hpp"
#include "pg_follower/deparse.hpp"
#include "pg_follower/drop_guard.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
}

namespace pg_follower {
namespace deparse {
namespace {

// From here on rows would follow without DDL, and nobody would know.
void refuse_while_followed(Oid)
{
    const char *slot = some_slot();
    if (!slot)
        return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                    errmsg("cannot drop extension \"%s\" while this database is followed", extension_name),
                    errdetail("Replication slot \"%s\" uses it.", slot),
                    errhint("Call drop_follow() on the downstream first. If that is gone, drop the slot with "
                            "pg_drop_replication_slot('%s').",
                            slot)));
}

// Whether there is a type whose values name such objects: regclass, ...
bool is_named_by_values(Oid catalog)
{
    switch (catalog) {
    case RelationRelationId:
    case ProcedureRelationId:
    case OperatorRelationId:
    case TypeRelationId:
    case CollationRelationId:
    case NamespaceRelationId:
    case TSConfigRelationId:
    case TSDictionaryRelationId:
        return true;
    default:
        return false;
    }
}

void announce_drops(const DroppedObjects &objects)
{
    for (int i = 0; i < objects.count(); ++i)
        if (!objects[i].temporary && objects[i].address.objectSubId == 0 &&
            is_named_by_values(objects[i].address.classId))
            emit_dropped(objects[i]);
}

} // namespace
} // namespace deparse

void init_deparse()
{
    using namespace deparse;
    guard_table("message_key", refuse_while_followed);
    install_create_table_as();
    install_create_schema();
    install_written();
    install_detach();
    install_utility_hook();
}

} // namespace pg_follower

using namespace pg_follower;
using namespace pg_follower::deparse;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_ddl_command_start);
PG_FUNCTION_INFO_V1(pg_follower_ddl_command_end);
PG_FUNCTION_INFO_V1(pg_follower_sql_drop);
PGDLLEXPORT Datum pg_follower_ddl_command_start(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum pg_follower_ddl_command_end(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum pg_follower_sql_drop(PG_FUNCTION_ARGS);

// follower.ddl_command_start() returns event_trigger: waits while a downstream reads the schema, sees to it that the
// library is loaded before the command runs, and notes what can only be seen while it runs.
Datum pg_follower_ddl_command_start(PG_FUNCTION_ARGS)
{
    EventTriggerData *data = event_trigger_data(fcinfo, "follower.ddl_command_start");
    if (anybody_follows())
        share_command_lock();
    PGF_FAILPOINT(command_begins);
    note_detach(data->parsetree);
    begin_schema(data->parsetree);
    PG_RETURN_NULL();
}

// follower.ddl_command_end() returns event_trigger: sends what the commands of the statement did.
Datum pg_follower_ddl_command_end(PG_FUNCTION_ARGS)
{
    EventTriggerData *data = event_trigger_data(fcinfo, "follower.ddl_command_end");
    end_schema(data->parsetree);
    if (creating_extension || !anybody_follows())
        PG_RETURN_NULL();

    Event event = collect_event(data->parsetree);
    PGF_FAILPOINT(command_captured);
    follow_commands(event, nullptr);
    end_rewrites(event);
    (void)forget_written(event);
    keep_replica_identities(event);
    if (data->parsetree && IsA(data->parsetree, DropOwnedStmt))
        follow({"DROP OWNED", "", GetUserId()},
               [&](Script &script) { write_drop_owned(script, castNode(DropOwnedStmt, data->parsetree)); });
    PG_RETURN_NULL();
}

// follower.sql_drop() returns event_trigger: sends what the statement dropped.
Datum pg_follower_sql_drop(PG_FUNCTION_ARGS)
{
    EventTriggerData *data = event_trigger_data(fcinfo, "follower.sql_drop");
    if (creating_extension || !anybody_follows())
        PG_RETURN_NULL();

    const CommandEntry *entry = find_command(GetCommandTagName(data->tag));
    bool in_drop_command = entry && entry->follows == Follows::by_drops;
    DroppedObjects objects = collect_dropped_objects();
    if (objects.has_own_extension())
        PG_RETURN_NULL();
    if (objects.has_permanent()) {
        PGF_FAILPOINT(drop_captured);
        announce_drops(objects);
        follow({GetCommandTagName(data->tag), describe_drops(objects), GetUserId()},
               [&](Script &script) { deparse_drops(script, objects, in_drop_command); });
    }
    keep_replica_identities(objects);
    PG_RETURN_NULL();
}

} // extern "C"
