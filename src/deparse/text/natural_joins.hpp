// Natural joins in deparsed SQL.
#pragma once

namespace pg_follower::deparse {

// Writes the outer joins of a query that was just created, and that are natural without a column in common, as natural
// joins. The server writes them as `ON TRUE`, which it reads as a condition: downstream the query would be another one.
const char *write_natural_joins(const char *sql);

} // namespace pg_follower::deparse
