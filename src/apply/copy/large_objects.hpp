// Large objects of the upstream, made equal here: data, owner, privileges, comment, and what was dropped.
#pragma once

#include "apply/state/follow.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace pg_follower::apply {

// Brings everything that has changed since the last call, or everything, if there was none. Waits for the upstream.
// Each object is brought in a transaction of its own, so this is to be called outside of transactions, with none to be
// its origin. Raises the upstream's errors; the process has to end then, since nobody else closes the connection.
void sync_large_objects(const Follow &follow);

// The position from which the next call asks what has changed. Needs a transaction.
XLogRecPtr large_objects_position(int32 follow);

// Forgets what is known of a follow's large objects, which stay. Needs a transaction.
void forget_large_objects(int32 follow);

// A process that calls sync_large_objects() once. It may take long, so the worker does not do that itself.
class LargeObjectsProcess {
  public:
    bool is_running() const { return handle_ != nullptr; }
    // Starts it. Returns whether there was a slot for it. The worker's latch is set when it has ended.
    bool start(const Follow &follow);
    // Whether it has ended since this was last asked.
    bool has_ended();
    // Ends it, and waits for that.
    void stop();

  private:
    BackgroundWorkerHandle *handle_ = nullptr;
};

} // namespace pg_follower::apply
