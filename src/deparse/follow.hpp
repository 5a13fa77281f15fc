// From a command to messages in WAL, without getting in the user's way.
#pragma once

#include "deparse/script.hpp"
#include "pg_follower/followers.hpp"

namespace pg_follower::deparse {

// Runs `write(script, argument)` in a subtransaction under the fixed settings, and emits what it wrote. The user's own
// statement succeeds whatever happens in there: an error is a WARNING and a record in the stream, unless
// pg_follower.deparse_failure says error.
void follow(const FollowedCommand &command, void (*write)(Script &script, void *argument), void *argument);

// The same for anything that can be called with a Script.
template <typename Write> void follow(const FollowedCommand &command, Write write)
{
    follow(
        command, [](Script &script, void *argument) { (*static_cast<Write *>(argument))(script); }, &write);
}

// Notes that the running command follows without a part of it, such as `column "c"`, which ends with the session. The
// user and the downstream are told, as they are of what cannot follow. Functions that write a command call it.
void follow_without(const char *part);

// Writes a command with `deparse` now, and not at the end of its statement. It runs in a subtransaction, as for all
// commands.
void follow_now(const Command &command, DeparseCommand deparse);

// The same for a command whose rows follow before the end of its statement. Returns false, and does nothing, where
// nobody follows, for temporary objects, and in an extension's script.
bool follow_early(const Command &command, DeparseCommand deparse);

} // namespace pg_follower::deparse
