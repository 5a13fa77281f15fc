// Rewrites of tables by ALTER TABLE. See rewrite.cpp.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Whether the command was written before its statement ended.
bool is_written(const CollectedCommand *command);

// Whether a running ALTER TABLE that is written already is about the table, or one of its ancestors.
bool is_altered_early(Oid relid);

// At the end of the event's statement: forgets its commands, and tells the output plugin that no more rows of their
// rewrites come.
void end_rewrites(const Event &event);

// Installs the callbacks that forget what an aborted transaction wrote; called once.
void install_rewrite();

} // namespace pg_follower
