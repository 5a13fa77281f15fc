// Begins and commits transactions without a replication origin. See own_transaction.hpp.
#include "apply/state/own_transaction.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {

RepOriginId begin_own_transaction()
{
    MemoryContext context = CurrentMemoryContext;
    RepOriginId origin = replorigin_session_origin;
    replorigin_session_origin = InvalidRepOriginId;
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    MemoryContextSwitchTo(context);
    return origin;
}

void commit_own_transaction(RepOriginId origin)
{
    MemoryContext context = CurrentMemoryContext;
    PopActiveSnapshot();
    CommitTransactionCommand();
    MemoryContextSwitchTo(context);
    replorigin_session_origin = origin;
}

} // namespace pg_follower::apply
