// The search path of functions that rows call. See trusted_path.cpp.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The path under which `function` runs as `role` where nobody chose another one: as a list of quoted names. It lives
// in the current memory context.
const char *trusted_path(Oid function, Oid role);

// Whether nobody can create anything in the schema but who may do all that code of `role` may do when it calls a
// function of `author`.
bool is_trusted_schema(Oid schema, Oid role, Oid author);

} // namespace pg_follower::apply
