// The text is the same on both sides (see text/repairs.hpp), also where the server makes up aliases in the text of a
// query and a renaming changes them.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Follows what the renaming of a relation does to the text of the queries that read it: of views, materialized views,
// rules, functions with SQL-standard bodies, and policies.
void follow_renamed_in_queries(const Command &command);

} // namespace pg_follower::deparse
