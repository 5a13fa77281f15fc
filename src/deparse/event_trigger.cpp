// The event triggers: they take the commands of a statement, have them written as SQL, and put that into WAL.
//
// Promises: what follow.hpp promises; nothing is done, and nothing is said, for temporary objects and for what an
// extension's script does. Assumes: called by the event trigger manager.
#include "commands.hpp"
#include "detach.hpp"
#include "drop.hpp"
#include "event.hpp"
#include "follow.hpp"
#include "index.hpp"
#include "invented_names.hpp"
#include "objects.hpp"
#include "pg_follower/deparse.hpp"
#include "pg_follower/drop_guard.hpp"
#include "pg_follower/names.hpp"
#include "replica_identity.hpp"
#include "rewrite.hpp"
#include "utility_hook.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
}

namespace pg_follower {

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

} // namespace

void init_deparse()
{
    guard_table("message_key", refuse_while_followed);
    install_create_table_as();
    install_rewrite();
    install_detach();
    install_utility_hook();
}

EventTriggerData *event_trigger_data(FunctionCallInfo fcinfo, const char *function)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function \"%s\" was not called by the event trigger manager", function)));
    return reinterpret_cast<EventTriggerData *>(fcinfo->context);
}

namespace {

// Whether a setting says if such objects follow, so that one made under another setting may be missing downstream.
bool follows_by_setting(Oid catalog)
{
    return catalog == SubscriptionRelationId || catalog == UserMappingRelationId;
}

void follow_command(const Command &command)
{
    const CommandEntry *entry = find_command(command.tag);
    // By hook: REINDEX, which event triggers see from version 17 on.
    if (!entry || entry->follows == Follows::not_needed || entry->follows == Follows::by_drops ||
        entry->follows == Follows::by_hook)
        return;
    // Whatever its tag: ALTER VIEW, ALTER TYPE of a composite type, what CREATE INDEX does to its table, ...
    DeparseCommand verb =
        command.collected->type == SCT_AlterTable ? deparse_alter_table : find_verb(command.parse_tree);
    const char *object = describe_object(command.address);
    follow({command.tag, object, creator_of(command)}, [&](Script &script) {
        if (entry->follows == Follows::no)
            cannot_follow(entry->reason);
        if (command.address.classId == SubscriptionRelationId)
            refuse_subscription_with_password(command.address.objectId);
        (verb ? verb : entry->deparse)(script, command);
        if (follows_by_setting(command.address.classId) && !command.event->creates(command.address))
            script.need_none();
    });
}

} // namespace

void follow_commands(Event &event, void (*done)(const CollectedCommand *command))
{
    for (int i = 0; i < event.count; ++i) {
        event.commands[i].event = &event;
        const Command &command = event.commands[i];
        if (command.collected->in_extension || is_own_extension(command.address) || is_temporary(command.address) ||
            is_written(command.collected) || is_invalid_index(command.address))
            continue;
        follow_command(command);
        follow_renamed_in_queries(command);
        if (done)
            done(command.collected);
    }
}

void follow_now(const Command &command, DeparseCommand deparse)
{
    follow({command.tag, describe_object(command.address), GetUserId()},
           [&](Script &script) { deparse(script, command); });
}

bool follow_early(const Command &command, DeparseCommand deparse)
{
    if (creating_extension || is_temporary(command.address) || !anybody_follows())
        return false;
    follow_now(command, deparse);
    return true;
}

} // namespace pg_follower

using namespace pg_follower;

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_ddl_command_start);
PG_FUNCTION_INFO_V1(pg_follower_ddl_command_end);
PG_FUNCTION_INFO_V1(pg_follower_sql_drop);
PGDLLEXPORT Datum pg_follower_ddl_command_start(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum pg_follower_ddl_command_end(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum pg_follower_sql_drop(PG_FUNCTION_ARGS);

// follower.ddl_command_start() returns event_trigger: sees to it that the library is loaded before the command runs,
// and notes what can only be seen while it runs.
Datum pg_follower_ddl_command_start(PG_FUNCTION_ARGS)
{
    note_detach(event_trigger_data(fcinfo, "follower.ddl_command_start")->parsetree);
    PG_RETURN_NULL();
}

// follower.ddl_command_end() returns event_trigger: sends what the commands of the statement did.
Datum pg_follower_ddl_command_end(PG_FUNCTION_ARGS)
{
    EventTriggerData *data = event_trigger_data(fcinfo, "follower.ddl_command_end");
    if (creating_extension || !anybody_follows())
        PG_RETURN_NULL();

    Event event = collect_event(data->parsetree);
    follow_commands(event, nullptr);
    end_rewrites(event);
    keep_replica_identities(event);
    if (data->parsetree && IsA(data->parsetree, DropOwnedStmt))
        follow({"DROP OWNED", "", GetUserId()},
               [&](Script &script) { deparse_drop_owned(script, castNode(DropOwnedStmt, data->parsetree)); });
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
    if (objects.has_permanent())
        follow({GetCommandTagName(data->tag), describe_drops(objects), GetUserId()},
               [&](Script &script) { deparse_drops(script, objects, in_drop_command); });
    keep_replica_identities(objects);
    PG_RETURN_NULL();
}

} // extern "C"
