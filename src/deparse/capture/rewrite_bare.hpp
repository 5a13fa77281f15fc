// Tables that take the rows of a rewrite as they are.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether something of the table's would hold up, or change, rows that are inserted as a rewrite left them.
bool needs_bareness(Oid relid);

// Takes the table's checks, triggers and rules from it downstream, until write_whole. Not to stand around an ALTER
// TABLE.
void write_bare(Script &script, Oid relid);
void write_whole(Script &script, Oid relid);

} // namespace pg_follower::deparse
