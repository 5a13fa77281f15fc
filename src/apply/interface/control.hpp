// What the functions that change the course of a follow share.
#pragma once

#include "apply/state/follow.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Ends the follow's worker, waits until it is gone, and keeps others from starting until the transaction ends. Returns
// whether there was one.
bool stop_worker(int32 follow);

// Writes a follow's row that was changed while its worker was stopped, and at commit starts the worker again, unless
// the follow is stopped or has failed. `ran` is what stop_worker has returned: then an abort starts the worker again,
// too.
void restart_changed(Follow &follow, bool ran);

} // namespace pg_follower::apply
