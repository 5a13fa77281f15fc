// Has each command of an event written by what the table of commands says of it. See dispatch.hpp.
#include "deparse/capture/dispatch.hpp"
#include "deparse/capture/commands.hpp"
#include "deparse/follow.hpp"
#include "deparse/object/subscription.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/index.hpp"
#include "deparse/table/inlined_functions.hpp"
#include "deparse/verb/generated_aliases.hpp"
#include "deparse/written.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
}

namespace pg_follower::deparse {

namespace {

// Whether a setting says if such objects follow, so that one made under another setting may be missing downstream.
bool follows_by_setting(Oid catalog)
{
    return catalog == SubscriptionRelationId || catalog == UserMappingRelationId;
}

void follow_command(const Command &command)
{
    const CommandEntry *entry = find_command(command.tag);
    // Written by the utility hook, where it is by_hook. From version 17 on event triggers see REINDEX, too.
    if (!entry || entry->follows == Follows::not_needed || entry->follows == Follows::by_drops ||
        entry->follows == Follows::by_hook)
        return;
    // The server collects many commands as an ALTER TABLE, whatever their tag: ALTER VIEW, ALTER TYPE of a composite
    // type, and what CREATE INDEX does to its table.
    DeparseCommand verb =
        command.collected->type == SCT_AlterTable ? deparse_alter_table : find_verb(command.parse_tree);
    const char *object = describe_object(command.address);
    bool of_extension = command.address.classId == ExtensionRelationId;
    follow({command.tag, object, creator_of(command), Scope::database, of_extension}, [&](Script &script) {
        if (entry->follows == Follows::no)
            cannot_follow(entry->reason);
        if (command.address.classId == SubscriptionRelationId)
            refuse_subscription_with_password(command.address.objectId);
        (verb ? verb : entry->deparse)(script, command);
        if (command.address.classId == RelationRelationId)
            allow_inlined_functions(script, command.address.objectId);
        if (follows_by_setting(command.address.classId) && !command.event->creates(command.address))
            script.make_optional();
    });
}

} // namespace

void follow_commands(Event &event, void (*done)(const CollectedCommand *command))
{
    for (int i = 0; i < event.count; ++i) {
        event.commands[i].event = &event;
        event.commands[i].written_before = is_written(event.commands[i].collected);
    }
    for (int i = 0; i < event.count; ++i) {
        const Command &command = event.commands[i];
        if (command.collected->in_extension || is_own_extension(command.address) || is_temporary(command.address) ||
            command.written_before || is_invalid_index(command.address))
            continue;
        follow_command(command);
        follow_renamed_in_queries(command);
        if (done)
            done(command.collected);
    }
}

} // namespace pg_follower::deparse
