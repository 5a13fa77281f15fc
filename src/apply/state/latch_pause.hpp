// Waits on the process's latch.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// How often who waits for something that nobody will tell looks again.
constexpr long poll_milliseconds = 20;

// Sleeps for so long at most, or until the process's latch is set. Interrupts are served.
void pause_briefly(long milliseconds);

// Waits until `first` can be read, `second`, which may be PGINVALID_SOCKET, is ready for `event`, the process's latch
// is set, which is reset then, or the time is over; -1 is no limit.
void wait_for_sockets(pgsocket first, pgsocket second, uint32 event, long milliseconds);

} // namespace pg_follower::apply
