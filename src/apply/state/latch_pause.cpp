// Sleeps on the process's latch. See latch_pause.hpp.
#include "apply/state/latch_pause.hpp"

#include "pg_follower/pg.hpp"

extern "C" {
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

} // namespace pg_follower::apply
