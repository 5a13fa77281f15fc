// Waiting without a snapshot.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "executor/execdesc.h"
}

namespace pg_follower::apply {

// For the length of a block, takes from the query that called this function the snapshot that it does not need, and
// gives it a new one at the end. A snapshot that is held during a wait keeps dead rows from being removed, and so keeps
// the worker that is waited for from building indexes over them.
//
// It takes effect for a query of its own that reads no table (SELECT wait_for_follow()) in READ COMMITTED; elsewhere
// the snapshot may be needed, and stays. In the block no code may rely on an active snapshot.
class QuerySnapshotPause {
  public:
    QuerySnapshotPause();
    ~QuerySnapshotPause();
    // Gives back the snapshot by which code of the block has looked something up in the catalogs. To be called before
    // each wait.
    void drop_catalog_snapshot() const;
    QuerySnapshotPause(const QuerySnapshotPause &) = delete;
    QuerySnapshotPause &operator=(const QuerySnapshotPause &) = delete;

  private:
    QueryDesc *query_ = nullptr; // null where the snapshot stays
};

} // namespace pg_follower::apply
