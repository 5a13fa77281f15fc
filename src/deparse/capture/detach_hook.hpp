// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY, and its FINALIZE. See detach.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Takes the statement that is about to run, and has the first transaction of a DETACH CONCURRENTLY followed.
void note_detach(const Node *parse_tree);

// Installs the callback at the end of transactions; called once.
void install_detach();

} // namespace pg_follower::deparse
