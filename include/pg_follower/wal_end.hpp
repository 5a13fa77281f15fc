// Where WAL ends.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Where the next record will begin, or on a standby the one that is replayed next. Everything that has been written
// is before it, and the stream of changes gets there.
XLogRecPtr end_of_wal();

} // namespace pg_follower
