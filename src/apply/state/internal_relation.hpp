// The extension's own tables and indexes.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The relation of that name in the extension's schema for internals. Raises ERRCODE_UNDEFINED_TABLE where there is
// none.
Oid internal_relation(const char *name);

} // namespace pg_follower::apply
