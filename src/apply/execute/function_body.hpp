// What the body of a function in SQL names. See function_body.cpp.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "catalog/pg_proc.h"
}

namespace pg_follower::apply {

// Whether the server could put the body of such a function in place of a call, and the body means the same whatever
// user's schemas are on the search path. An error where the body is no SQL.
bool is_inlined_as_it_is(const char *body);

// Whether a body that was read when the function was created looks names up while it runs, or writes them. `tree` is
// pg_proc.prosqlbody.
bool looks_names_up(const char *tree);

// Whether an argument or the result of the function is of a type as regclass, whose text is a name.
bool takes_or_gives_names(const FormData_pg_proc &function);

} // namespace pg_follower::apply
