// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY, and its FINALIZE.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// What the first transaction of a DETACH CONCURRENTLY did.
void write_detach_begin(Script &script, Oid parent, Oid partition);

// The end of a DETACH CONCURRENTLY, of the command itself or of its FINALIZE.
void write_detach_end(Script &script, Oid parent, Oid partition);

} // namespace pg_follower::deparse
