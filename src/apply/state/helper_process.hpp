// The processes that help a worker: they find what to do in a segment of shared memory that it has made.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The beginning of such a process, whose main argument is the segment's handle: SIGTERM calls `on_sigterm` from now on.
// Returns the segment's contents. Ends the process where the worker has ended, for then there is nothing to be done.
void *enter_helper(Datum argument, void (*on_sigterm)(int));

} // namespace pg_follower::apply
