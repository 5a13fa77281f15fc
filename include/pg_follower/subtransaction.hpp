// What may fail without the transaction failing.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace pg_follower {

// Runs `body` in a subtransaction, which is rolled back where it raises an error. Returns that error, allocated in the
// caller's memory context, or null. The memory context is the caller's throughout.
template <typename Body> ErrorData *try_in_subtransaction(Body body)
{
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner resource_owner = CurrentResourceOwner;
    // It is volatile because it is set between PG_TRY and a longjmp.
    ErrorData *volatile failure = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        body();
        ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        failure = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = resource_owner;
    return failure;
}

} // namespace pg_follower
