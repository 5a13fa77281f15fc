// One round of the copy: tables that wait are copied under one snapshot of the upstream.
//
// The snapshot is that of a temporary slot, which shows exactly what committed before a position. When the stream has
// been applied up to that position, a table here has the structure that it has in the snapshot. Tables that the
// upstream changes after it wait for the next round, and so do those that an interrupted round leaves.
//
// A table that the upstream changes all the time would wait for ever. After some rounds it gets one of its own, whose
// snapshot is taken while commands of the upstream wait, and which locks the table before these go on: that takes a
// moment. (TRUNCATE is no such command, and can still come between, but only in that moment.) Where that is not enough,
// because what changes is not the table but what its rows are written with, such as the labels of an enum, or its
// schema, commands wait until the table is copied, but no longer than a minute.
#pragma once

#include "apply/copy/source.hpp"
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

    // Up to where the stream is to be applied before begin(); 0 where that does not matter.
    XLogRecPtr position_before();
    // Takes the snapshot, for which the upstream waits until the transactions that run there now have ended.
    void begin();
    // What committed before this is in the snapshot; 0 before begin().
    XLogRecPtr position() const { return position_; }
    // Copies what can be copied, and lets the snapshot go. Before, everything that comes before position() is applied.
    // That is the round's end: tables() are gone with it.
    void copy();

  private:
    template <typename Body> void run(Body body);
    Upstream connect() const;
    const char *slot() const;
    bool begin_for_one();

    const Follow &follow_;
    MemoryContext context_; // of all that the round has; it ends with copy()
    List *tables_ = NIL;
    Oid only_ = InvalidOid;     // the table whose own round it is
    bool until_copied_ = false; // commands wait until it is copied
    Upstream commands_;         // has the lock of commands
    Source source_;             // has the table locked
    Upstream upstream_;
    XLogRecPtr position_ = 0;
    const char *snapshot_ = nullptr;
};

} // namespace pg_follower::apply
