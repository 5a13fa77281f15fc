// Sleeps on the process's latch. See latch_pause.hpp.
#include "apply/state/latch_pause.hpp"

#include "pg_follower/compat.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace pg_follower::apply {

void pause_briefly(long milliseconds)
{
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

void wait_for_sockets(pgsocket first, pgsocket second, uint32 event, long milliseconds)
{
    // As WaitLatchOrSocket() makes one for each call, too.
    WaitEventSet *set = create_wait_event_set(4);
    (void)AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
    (void)AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
    (void)AddWaitEventToSet(set, WL_SOCKET_READABLE, first, nullptr, nullptr);
    if (second != PGINVALID_SOCKET)
        (void)AddWaitEventToSet(set, event, second, nullptr, nullptr);
    WaitEvent happened;
    if (WaitEventSetWait(set, milliseconds, &happened, 1, PG_WAIT_EXTENSION) > 0 && (happened.events & WL_LATCH_SET))
        ResetLatch(MyLatch);
    FreeWaitEventSet(set);
}

} // namespace pg_follower::apply
