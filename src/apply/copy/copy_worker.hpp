// The processes that copy the tables of a follow: the one that asks for it, and background workers "pg_follower copy
// worker" beside it.
//
// They take tables from one queue in shared memory, the largest first. An error that says something about a table keeps
// the others from nothing but that table; any other closes the queue. The first error is raised by the process that
// asked, when all have ended. Where there is no slot for a background worker, there are fewer of them, or none.
#pragma once

#include "apply/copy/table_copy.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
}

namespace pg_follower::apply {

struct CopyQueue;

class CopyTeam {
  public:
    // Copies the tables, in this process and in those that it starts. To be called outside of a transaction.
    void copy(Copy &copy, const SourceTable *tables, int count);
    // Ends the processes that still copy, and waits until they have ended. To be called whatever happens.
    void end();

  private:
    void start_workers(const Copy &copy, int count);
    bool is_at_work();
    void end_workers();

    dsm_segment *segment_;
    CopyQueue *queue_;
    BackgroundWorkerHandle **workers_;
    int worker_count_;
};

} // namespace pg_follower::apply
