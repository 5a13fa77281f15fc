// Functions that an index or a partition key may use because the server inlines them. See inlined_functions.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Lets the script's statements, which are about the relation, use such functions downstream without inlining.
void allow_inlined_functions(Script &script, Oid relation);

} // namespace pg_follower::deparse
