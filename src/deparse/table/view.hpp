// The query of a view, in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// CREATE [OR REPLACE] VIEW, or MATERIALIZED VIEW, from the catalog.
void write_view(Script &script, Oid relid, bool replace);

} // namespace pg_follower::deparse
