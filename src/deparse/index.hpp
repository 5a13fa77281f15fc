// CREATE INDEX in the text of other commands.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Whether a query may use the index. A plain index that is not is what CREATE INDEX CONCURRENTLY leaves behind when it
// fails, which no event trigger sees: it does not exist downstream.
bool is_valid_index(Oid index);

// CREATE INDEX [IF NOT EXISTS] from the catalog, and its tablespace. `recursed`: a partitioned index comes with those
// of the partitions.
void write_index(Script &script, Oid index, bool if_not_exists, bool recursed);

} // namespace pg_follower
