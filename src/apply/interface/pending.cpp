// Slots on another server and processes know no transactions; this makes the interface's functions behave as if they
// did. What start_follow made upstream goes when its transaction aborts; what drop_follow removes upstream goes when
// its transaction is about to commit; a worker that stop_follow ended comes back when its transaction aborts. The same
// holds for subtransactions.
#include "apply/interface/pending.hpp"

#include "pg_follower/failpoints.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/sql_writer.hpp"
#include "apply/state/follow_names.hpp"
#include "apply/state/registration.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "replication/origin.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {
namespace {

enum class Action { start, drop_slot_on_abort, restart_on_abort, drop_on_commit };

struct Pending {
    Action action;
    SubTransactionId subtransaction;
    int32 follow;
    NameData name;
    NameData slot;
    const char *origin;
    Upstream upstream;
};

// The list is in TopTransactionContext. Its connections are closed at the end of the transaction.
List *pending = NIL;
bool registered = false;

void undo(Pending *item)
{
    if (item->action == Action::drop_slot_on_abort && item->upstream.is_open()) {
        SqlWriter command;
        command.text("DROP_REPLICATION_SLOT ").name(NameStr(item->slot)).text(" WAIT");
        const char *failure = item->upstream.try_command(command.c_str());
        if (failure)
            ereport(WARNING,
                    (errmsg("could not drop replication slot \"%s\" on the upstream: %s", NameStr(item->slot), failure),
                     errhint("Drop it there with pg_drop_replication_slot().")));
    } else if (item->action == Action::restart_on_abort) {
        if (!register_worker(MyDatabaseId, item->follow, NameStr(item->name), InvalidTransactionId))
            ereport(WARNING, (errmsg("could not start the worker of follow \"%s\" again", NameStr(item->name)),
                              errhint("Call %s.", call_for("resume_follow", NameStr(item->name)))));
    }
    item->upstream.close();
}

void perform_drop(Pending *item)
{
    if (item->upstream.is_open()) {
        PGF_FAILPOINT(before_slot_drop);
        item->upstream.drop_slot(NameStr(item->slot));
        PGF_FAILPOINT(after_slot_drop);
        if (strcmp(item->upstream.value("SELECT (pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'on'"
                                        " AND NOT pg_catalog.pg_is_in_recovery()"
                                        " AND pg_catalog.to_regproc('follower.reset_replica_identities') IS NOT NULL)"
                                        "::pg_catalog.text"),
                   "true") == 0)
            // An upstream that follows another database itself keeps the replica identities that its tables have there.
            (void)item->upstream.value("SELECT CASE WHEN EXISTS (SELECT FROM follower.follow) THEN '0'"
                                       " ELSE follower.reset_replica_identities()::pg_catalog.text END");
    }
    PushActiveSnapshot(GetTransactionSnapshot());
    replorigin_drop_by_name(item->origin, true, false);
    PGF_FAILPOINT(after_origin_drop);
    ereport(LOG,
            (errmsg("follow \"%s\" of database \"%s\" ends", NameStr(item->name), get_database_name(MyDatabaseId))));
    PopActiveSnapshot();
}

void at_transaction_end(XactEvent event, void *)
{
    if (pending == NIL)
        return;
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
        for (Pending *item : each<Pending>(pending))
            if (item->action == Action::drop_on_commit)
                perform_drop(item);
        break;
    case XACT_EVENT_PRE_PREPARE:
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot PREPARE a transaction that has started, stopped or dropped a follow")));
        break;
    case XACT_EVENT_COMMIT:
        for (Pending *item : each<Pending>(pending))
            item->upstream.close();
        pending = NIL;
        break;
    case XACT_EVENT_ABORT: {
        List *items = pending;
        pending = NIL;
        for (Pending *item : each<Pending>(items))
            undo(item);
        break;
    }
    default:
        break;
    }
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void *)
{
    if (event == SUBXACT_EVENT_COMMIT_SUB) {
        for (Pending *item : each<Pending>(pending))
            if (item->subtransaction == ended)
                item->subtransaction = parent;
    } else if (event == SUBXACT_EVENT_ABORT_SUB) {
        MemoryContextScope scope(TopTransactionContext);
        List *kept = NIL;
        for (Pending *item : each<Pending>(pending)) {
            if (item->subtransaction == ended)
                undo(item);
            else
                kept = lappend(kept, item);
        }
        pending = kept;
    }
}

void add(Action action, const Follow &follow, Upstream upstream)
{
    if (!registered) {
        RegisterXactCallback(at_transaction_end, nullptr);
        RegisterSubXactCallback(at_subtransaction_end, nullptr);
        registered = true;
    }
    MemoryContextScope scope(TopTransactionContext);
    auto item = allocate_zeroed<Pending>();
    *item = {action,      GetCurrentSubTransactionId(), follow.id, follow.name,
             follow.slot, pstrdup(follow.origin),       upstream};
    pending = lappend(pending, item);
}

} // namespace

void note_start(const Follow &follow, Upstream upstream, bool made_slot)
{
    add(made_slot ? Action::drop_slot_on_abort : Action::start, follow, upstream);
}

void on_abort_restart_worker(const Follow &follow)
{
    add(Action::restart_on_abort, follow, Upstream());
}

void on_commit_drop(const Follow &follow, Upstream upstream)
{
    add(Action::drop_on_commit, follow, upstream);
}

bool started_here(int32 follow)
{
    for (Pending *item : each<Pending>(pending))
        if ((item->action == Action::start || item->action == Action::drop_slot_on_abort) && item->follow == follow)
            return true;
    return false;
}

} // namespace pg_follower::apply
