// Columns of extensions' configuration tables that hold another value here than on the upstream.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::apply {

// The text of the value that each row of the table is to have in the column; null where it is the upstream's.
const char *own_value(Relation table, const char *column);

} // namespace pg_follower::apply
