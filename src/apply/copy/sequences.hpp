// Sets sequences to where they stand upstream.
//
// A reading holds the position of each sequence of the upstream, and the place in WAL that belongs to it: what was
// committed before that place is in the position, and nothing that was committed after. So it is set exactly between
// these two: the names are those of then, and no reset that came later is undone.
#pragma once

#include "apply/state/seen_sequences.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "libpq-fe.h"
}

namespace pg_follower::apply {

class Sequences {
  public:
    // In a transaction.
    void start(int32 follow);

    // Takes what follower.sequence_states() has answered, in the order of the places.
    void take(const PGresult *answer);
    // Whether something is to be set before what is committed after `position` is applied.
    bool due(XLogRecPtr position) const { return next_ < count_ && states_[next_].lsn <= position; }
    // Sets what is due. Outside of a transaction.
    void set_until(XLogRecPtr position);
    // Whether everything of the reading has been set.
    bool done() const { return next_ == count_; }
    // Ends the reading: forgets sequences that the upstream has no more. Returns whether it was complete; where it was
    // not, something here was locked, or not found where it was not missing before.
    bool finish();
    // Begins a reading of nothing.
    void take_nothing();
    // A sequence that somebody holds locked upstream, so that its position could not be read; empty if there was none.
    const char *busy() const { return busy_; }

  private:
    struct State {
        Oid oid;
        Oid storage;
        NameData schema;
        NameData name;
        SequencePosition position;
        XLogRecPtr lsn;
    };
    // Whether the sequence does not have to be looked at here.
    bool is_known(const State &state);
    void set(const State &state);
    bool set_locked(const State &state, Oid relid);

    SeenSequences seen_;
    MemoryContext context_ = nullptr;
    State *states_ = nullptr;
    int count_ = 0;
    int next_ = 0;
    uint64 reading_ = 0;
    bool locked_ = false;    // one of this reading is locked here
    int missing_ = 0;        // so many of this reading are not here
    int missing_before_ = 0; // of the one before
    char busy_[2 * NAMEDATALEN + 2] = {};
};

} // namespace pg_follower::apply
