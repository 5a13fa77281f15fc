// Foreign keys that refer to tables whose rewritten rows follow as rows. See rewrite_references.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Takes away, downstream, the foreign keys of other tables which the event's ALTER TABLE of `table` makes anew.
void drop_references(Script &script, const Event &event, Oid table);

// Writes them again, when the rows have followed.
void restore_references(const Event &event, Oid table);

} // namespace pg_follower::deparse
