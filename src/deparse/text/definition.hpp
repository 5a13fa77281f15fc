// Definitions of objects, as the server's functions (pg_get_indexdef() and its like) write them.
#pragma once

#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {

// What follows `beginning` in the definition. An error where the definition does not begin with it.
const char *behind_beginning(const char *definition, const char *beginning);

// Appends the definition without the semicolon or line end that it ends with.
void write_without_end(SqlWriter &out, const char *definition);

} // namespace pg_follower::deparse
