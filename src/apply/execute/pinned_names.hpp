// What a function in SQL names, in schemas in which anybody may create something. See pinned_names.cpp.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The path under which `function` may find all that it names when it runs as `role`, as a list of quoted names; null
// where trusted_path() finds it, too, or where nothing else is safe. It lives in the current memory context.
const char *pinned_path(Oid function, Oid role);

// The function whose path this is; InvalidOid where it is no pinned path. It is for the function's own names only, not
// for the functions that it calls.
Oid pinned_function(const char *path);

// Has the queries of such functions looked at. Called once, from _PG_init.
void install_pinned_names();

} // namespace pg_follower::apply
