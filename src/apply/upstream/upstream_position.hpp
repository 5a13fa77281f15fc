// Where the upstream is, asked by somebody who is not its worker.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The position up to which the upstream has durable WAL; 0 where it cannot be reached within a few seconds. It can be
// interrupted.
XLogRecPtr ask_upstream_position(const char *conninfo);

} // namespace pg_follower::apply
