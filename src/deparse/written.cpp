// The ledger of what is written already. See written.hpp. All lists are in TopTransactionContext, and end with the
// transaction.
#include "deparse/written.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_inherits.h"
}

namespace pg_follower::deparse {
namespace {

struct WrittenCommand {
    const CollectedCommand *command;
    SubTransactionId subtransaction;
    bool is_rewrite;
    RewrittenTable rewrites; // of a rewrite
};

List *commands;  // of WrittenCommand
List *relations; // OIDs

bool is_of(const Event &event, const WrittenCommand &entry)
{
    for (int i = 0; i < event.count; ++i)
        if (event.commands[i].collected == entry.command)
            return true;
    return false;
}

template <typename Gone> void remove_commands(Gone gone)
{
    List *kept = NIL;
    MemoryContextScope scope(TopTransactionContext);
    for (WrittenCommand *entry : each<WrittenCommand>(commands))
        if (!gone(*entry))
            kept = lappend(kept, entry);
    commands = kept;
}

void at_transaction_end(XactEvent event, void *)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        commands = relations = NIL;
}

// A relation of an aborted subtransaction needs no care: nobody asks for it again, and its OID is not given twice in
// one transaction.
void at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId, void *)
{
    if (event == SUBXACT_EVENT_ABORT_SUB && commands)
        remove_commands([own](const WrittenCommand &entry) { return entry.subtransaction >= own; });
}

void note(const CollectedCommand *command, bool is_rewrite)
{
    MemoryContextScope scope(TopTransactionContext);
    auto *entry = allocate<WrittenCommand>();
    *entry = {command, GetCurrentSubTransactionId(), is_rewrite, {InvalidOid, false}};
    commands = lappend(commands, entry);
}

} // namespace

void note_rewriting(const CollectedCommand *command)
{
    note(command, true);
}

void note_written_early(const CollectedCommand *command)
{
    note(command, false);
}

bool is_written(const CollectedCommand *command)
{
    for (WrittenCommand *entry : each<WrittenCommand>(commands))
        if (entry->command == command)
            return true;
    return false;
}

bool is_begun(const Event &event)
{
    for (WrittenCommand *entry : each<WrittenCommand>(commands))
        if (entry->is_rewrite && is_of(event, *entry))
            return true;
    return false;
}

bool is_altered_early(Oid relid)
{
    for (WrittenCommand *entry : each<WrittenCommand>(commands))
        if (entry->is_rewrite && entry->command->type == SCT_AlterTable &&
            list_member_oid(find_all_inheritors(entry->command->d.alterTable.objectId, NoLock, nullptr), relid))
            return true;
    return false;
}

Oid forget_written(const Event &event)
{
    Oid table = InvalidOid;
    remove_commands([&](const WrittenCommand &entry) {
        if (!is_of(event, entry))
            return false;
        if (entry.is_rewrite && entry.command->type == SCT_AlterTable)
            table = entry.command->d.alterTable.objectId;
        return true;
    });
    return table;
}

void note_written_relation(Oid relid)
{
    MemoryContextScope scope(TopTransactionContext);
    relations = lappend_oid(relations, relid);
}

bool is_written_early(Oid relid)
{
    return list_member_oid(relations, relid);
}

RewrittenTable note_rewritten(const Event &event, RewrittenTable table)
{
    RewrittenTable before = {InvalidOid, false};
    for (WrittenCommand *entry : each<WrittenCommand>(commands)) {
        if (!entry->is_rewrite || !is_of(event, *entry))
            continue;
        // A part of the command that was noted after the last call has no table yet.
        if (OidIsValid(entry->rewrites.relid))
            before = entry->rewrites;
        entry->rewrites = table;
    }
    return before;
}

Oid innermost_rewritten(bool &running)
{
    Oid relid = InvalidOid;
    running = false;
    for (WrittenCommand *entry : each<WrittenCommand>(commands)) {
        if (!entry->is_rewrite)
            continue;
        running = true;
        relid = entry->rewrites.relid;
    }
    return relid;
}

void install_written()
{
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
}

} // namespace pg_follower::deparse
