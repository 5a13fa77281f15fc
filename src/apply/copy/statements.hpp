// The statements of a text that pg_dump has written for psql.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The statements, as a list of strings, without comments before them and without their semicolons.
List *split_statements(const char *text);

} // namespace pg_follower::apply
