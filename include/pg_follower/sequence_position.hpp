// Where a sequence stands: what its one row says.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower {

struct SequencePosition {
    int64 last_value;
    bool is_called;
    bool operator==(const SequencePosition &other) const
    {
        return last_value == other.last_value && is_called == other.is_called;
    }
    bool operator!=(const SequencePosition &other) const { return !(*this == other); }
};

// The position of a sequence, which is open and locked. Raises ERRCODE_DATA_CORRUPTED where it has no row.
SequencePosition read_sequence(Relation sequence);

} // namespace pg_follower
