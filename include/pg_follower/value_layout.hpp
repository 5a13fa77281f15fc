// How the values of a type lie in memory.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Names what must be the same on two servers for a value of the base type `type` to mean the same on both as it lies in
// memory, but for the number of an array's element type: who defines the type, in which version, and the machine's
// order of bytes.
const char *value_layout(Oid type);

} // namespace pg_follower
