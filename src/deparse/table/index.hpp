// CREATE INDEX in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether a query may use the index. A plain index that is not is what CREATE INDEX CONCURRENTLY leaves behind when it
// fails, which no event trigger sees: it does not exist downstream.
bool is_valid_index(Oid index);

// Whether the object is an index that does not exist downstream, because it is not valid.
bool is_invalid_index(const ObjectAddress &address);

// CREATE INDEX [IF NOT EXISTS] from the catalog, and the move to its tablespace. `recursed`: the command made the
// indexes of the partitions, too. `concurrently`: the statement also says how it reads with CONCURRENTLY.
void write_index(Script &script, Oid index, bool if_not_exists, bool recursed, bool concurrently = false);

// ALTER INDEX ... ATTACH PARTITION, of an index that is a partition.
void write_index_attachment(Script &script, Oid index);

// Moves the indexes that a new partition got for its parent's indexes, where their tablespaces differ from those.
void write_partition_index_tablespaces(Script &script, Oid partition);

} // namespace pg_follower::deparse
