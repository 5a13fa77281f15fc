// Types that end with a session.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Whether the type is temporary, or an array of one, or a domain over one: the row type of a temporary table, or a type
// made in pg_temp. A column of such a type ends with the session, whatever its table is.
bool is_temporary_type(Oid type);

} // namespace pg_follower
