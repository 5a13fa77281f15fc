// What the body of a function in SQL names. See function_body.cpp.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Whether the server could put the body of such a function in place of a call, and the body means the same whatever
// user's schemas are on the search path. An error where the body is no SQL.
bool is_inlined_as_it_is(const char *body);

} // namespace pg_follower::apply
