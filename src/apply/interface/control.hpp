// What the functions that change the course of a follow share.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Ends the follow's worker, waits until it is gone, and keeps others from starting until the transaction ends. Returns
// whether there was one.
bool stop_worker(int32 follow);

} // namespace pg_follower::apply
