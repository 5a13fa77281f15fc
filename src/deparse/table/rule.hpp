// Rules in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// CREATE [OR REPLACE] RULE, from the catalog.
void write_rule(Script &script, Oid rule, bool replace);

} // namespace pg_follower::deparse
