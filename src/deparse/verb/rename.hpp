// Names that a RENAME changed.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// The name that the object had before.
const char *renamed_from(const RenameStmt *statement);

} // namespace pg_follower::deparse
