// Rewrites of tables by ALTER TABLE. See rewrite.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// At the end of the event's statement: forgets its commands, and tells the output plugin that no more rows of their
// rewrites come.
void end_rewrites(const Event &event);

} // namespace pg_follower::deparse
