// Parts of sequence definitions that other object classes need.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Appends a sequence's options: INCREMENT BY 1 MINVALUE 1 ... NO CYCLE.
void write_sequence_options(SqlWriter &out, Oid sequence);

// Whether the sequence belongs to an identity column (whose definition holds the sequence's own).
bool is_identity_sequence(Oid sequence);

} // namespace pg_follower::deparse
