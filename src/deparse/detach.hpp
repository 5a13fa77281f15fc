// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY, and its FINALIZE. See detach.cpp.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Takes the statement that is about to run, and has the first transaction of a DETACH CONCURRENTLY followed.
void note_detach(const Node *parse_tree);

// The end of a DETACH CONCURRENTLY, of the command itself or of its FINALIZE.
void write_detach_end(Script &script, Oid parent, Oid partition);

// Whether a dropped table had been detached downstream already: it goes by itself there.
bool was_pending_partition(Oid relid);

// Installs the callback at the end of transactions; called once.
void install_detach();

} // namespace pg_follower
