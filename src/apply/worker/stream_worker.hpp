// Processes that apply transactions of the upstream while those are open there: background workers "pg_follower stream
// worker", each for one transaction.
//
// The follow's own worker, the leader here, writes what comes of the transaction to its spool, and tells how far that
// may be read. The stream worker applies it in a transaction of its own, with subtransactions where the upstream has
// them. When the upstream's transaction commits, and it is its turn, the leader has the stream worker commit, too,
// under the replication origin, which it lends for that moment.
//
// At any time before that the stream worker may give up: by an error, because something comes that has to wait for its
// turn (stream_worker.cpp says what), or because it holds somebody up. Then its transaction is rolled back, and the
// leader applies the spool when the commit comes. So nothing depends on a stream worker, and errors are the leader's.
#pragma once

#include "apply/state/progress.hpp"
#include "apply/worker/spool.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
}

namespace pg_follower::apply {

struct StreamTask;

// The leader's side of one.
class StreamWorker {
  public:
    // Starts one for the spool, and makes it `spool.ahead`, unless there are as many as there may be, or the server has
    // no room for another one.
    static void start(Spool &spool, int32 follow, const char *follow_name, RepOriginId origin);
    // Up to where the spool may be read.
    uint64 readable() const;
    // More of it may be. What the transaction may see of others is committed.
    void read_up_to(uint64 offset);
    // Waits until all of the spool has been applied; false where the stream worker has given up.
    bool finish();
    // Has it commit. Outside of a transaction, in a session whose origin has been given away. Returns where the commit
    // ends in WAL here, and adds what it has done to `counts`; 0 where it has given up.
    XLogRecPtr commit(const StreamCommitRecord &record, Counts &counts);
    // Ends it, if need be, and waits until it has ended; `spool.ahead` is null then.
    static void end(Spool &spool);
    bool has_given_up() const;

  private:
    void order(uint32 step);
    uint32 wait_past(uint32 step);

    dsm_segment *segment_;
    StreamTask *task_;
    BackgroundWorkerHandle *process_;
};

} // namespace pg_follower::apply
