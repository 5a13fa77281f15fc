// The upstream's lock of commands (follower.lock_commands), as those take it who copy.
//
// While it is held, commands of the upstream that change the schema wait; each is either before it or after it. Nobody
// may wait long: neither who runs a command while we wait for the end of other commands, nor who holds a lock for which
// we wait while he waits for us. So every wait has an end: then all is let go.
#pragma once

#include "apply/upstream/upstream.hpp"

extern "C" {
#include "access/xlogdefs.h"
}

namespace pg_follower::apply {

// Takes the lock in a transaction that it begins on this connection, with whose end the lock goes. Returns false, out
// of the transaction, where commands are at work that do not end soon. All commands that have committed did so before
// `position`. The upstream takes the lock back when the connection has been idle for so long; 0 is no limit.
bool try_lock_commands(Upstream &upstream, int idle_milliseconds, XLogRecPtr &position);

} // namespace pg_follower::apply
