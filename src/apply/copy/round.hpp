// One round of the copy: tables that wait are copied under one snapshot of the upstream.
//
// The snapshot is that of a temporary slot, which shows exactly what committed before a position. When the stream has
// been applied up to that position, a table here has the structure that it has in the snapshot. Tables that the
// upstream changes after it wait for the next round, and so do those that an interrupted round leaves.
#pragma once

#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

class Round {
  public:
    // Looks for tables that wait. Outside of a transaction, as all below.
    explicit Round(const Follow &follow);

    bool is_needed() const { return tables_ != NIL; }
    // The OIDs of the tables that wait.
    List *tables() const { return tables_; }

    // Takes the snapshot, for which the upstream waits until the transactions that run there now have ended.
    void begin();
    // What committed before this is in the snapshot; 0 before begin().
    XLogRecPtr position() const { return position_; }
    // Copies what can be copied, and lets the snapshot go. Before, everything that comes before position() is applied.
    void copy();

  private:
    const Follow &follow_;
    List *tables_ = NIL;
    Upstream upstream_;
    XLogRecPtr position_ = 0;
    const char *snapshot_ = nullptr;
};

} // namespace pg_follower::apply
