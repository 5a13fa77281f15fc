// The planner's statistics of a table that was copied.
#pragma once

#include "apply/copy/source.hpp"

namespace pg_follower::apply {

// Gives the table the statistics that the upstream has of it, as ANALYZE would have made them here, and notes that it
// has that many rows. Returns false, and has done nothing, where ANALYZE must make them: the upstream has none, they
// are not of the rows that are there, or they may mean something else here. To be called in a transaction that has
// locked the table as ANALYZE does.
bool take_statistics(Source &source, Relation table, int64 rows);

} // namespace pg_follower::apply
