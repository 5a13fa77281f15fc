// The ledger of what the current transaction has written before its statement ends: commands of a rewrite, and tables
// whose rows come before their command's end.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Notes a command of a statement that is still running: of one that rewrites rows, or of any other.
void note_rewriting(const CollectedCommand *command);
void note_written_early(const CollectedCommand *command);
// Whether the command was noted.
bool is_written(const CollectedCommand *command);
// Whether a command of the event was noted as one that rewrites rows.
bool is_begun(const Event &event);
// Whether such an ALTER TABLE is about the table, or one of its ancestors.
bool is_altered_early(Oid relid);
// Forgets the event's commands, at the end of its statement. Returns the table of its ALTER TABLE that rewrites rows,
// or InvalidOid.
Oid forget_written(const Event &event);

// Notes a relation that was written with, or before, its rows.
void note_written_relation(Oid relid);
// Whether the relation was noted.
bool is_written_early(Oid relid);

// The table whose rewritten rows follow.
struct RewrittenTable {
    Oid relid;      // or InvalidOid
    bool suspended; // it takes them without checks, triggers and rules (capture/rewrite_effects.hpp)
};

// Notes which table the event's noted commands rewrite now, and returns which one they did until now.
RewrittenTable note_rewritten(const Event &event, RewrittenTable table);
// The table of the innermost rewrite that is still running: an ALTER TABLE may run within another one's rewrite, in a
// function of its USING clause, say. `running` tells whether there is any.
Oid innermost_rewritten(bool &running);

// Installs the callbacks that forget what an aborted transaction or subtransaction wrote. It has to be called once.
void install_written();

} // namespace pg_follower::deparse
