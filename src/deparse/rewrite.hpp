// Rewrites of tables by ALTER TABLE. See rewrite.cpp.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Whether the command was written before its statement ended.
bool is_written(const CollectedCommand *command);

// Forgets the event's commands, at the end of its statement.
void forget_written(const Event &event);

// Installs the callbacks that forget what an aborted transaction wrote; called once.
void install_rewrite();

} // namespace pg_follower
