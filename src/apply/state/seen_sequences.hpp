// How the upstream's sequences stood when they were last set here: the table follower.seen_sequence.
//
// A sequence is set where the upstream's has moved since, and only there. So one that somebody uses here, after a
// cut-over say, is not set back to a position that the upstream's has had all the time.
#pragma once

#include "pg_follower/pg.hpp"
#include "pg_follower/sequence_position.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace pg_follower::apply {

// A sequence of the upstream. Commands that reset its position, or give it other limits, give it a new storage, too.
struct SeenSequence {
    Oid oid;
    Oid storage;
    SequencePosition position;
    uint64 reading; // in which it was last there
};

class SeenSequences {
  public:
    // Reads the table. Needs a transaction.
    void start(int32 follow);
    SeenSequence *find(Oid oid) const;
    // Keeps it, in the table, too. Needs a transaction.
    void note(const SeenSequence &sequence);
    // Whether there are some that were not there in that reading.
    bool has_other_than(uint64 reading) const;
    // Forgets these. Needs a transaction.
    void keep_only(uint64 reading);

  private:
    int32 follow_ = 0;
    HTAB *sequences_ = nullptr;
};

// Forgets a follow's. Needs a transaction.
void forget_seen_sequences(int32 follow);

} // namespace pg_follower::apply
