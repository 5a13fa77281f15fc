// The copy of a large table in parts, by several processes.
//
// Each part has a transaction of its own, so the rows of the first are there before the last has begun. The table is
// `copying` all that time, and after an interruption it is emptied and begun anew.
#pragma once

#include "apply/copy/load.hpp"
#include "apply/copy/table_copy.hpp"

namespace pg_follower::apply {

enum class Beginning {
    begun,
    whole, // it is not copied in parts
    waits, // it waits for a later snapshot
};

// Empties the table, and says that it is being copied. `indexes` are the OIDs of those to be built after the parts.
Beginning begin_parts(Copy &copy, const SourceTable &table, List *&indexes);
// Copies a part. Returns false where the table has to wait for a later snapshot.
bool copy_part(Copy &copy, Oid relid, const BlockRange &part, Loaded &loaded);
// Builds an index, when all parts are there.
void build_index_of_parts(Copy &copy, Oid relid, Oid index);
// Says that the table is copied.
void end_parts(Copy &copy, Oid relid, const Loaded &loaded);
// Empties the table, unless somebody uses it. Its row still says that it is `copying`.
void abandon_parts(const Copy &copy, Oid relid);

} // namespace pg_follower::apply
