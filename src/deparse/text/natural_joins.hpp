// Natural joins in deparsed SQL.
#pragma once

#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {

// Writes the outer joins of a query that was just created, and that are natural without a column in common, as natural
// joins. The server writes them as `ON TRUE`, which it reads as a condition: downstream the query would be another one.
void write_natural_joins(SqlWriter &out, const Tokens &tokens);

} // namespace pg_follower::deparse
