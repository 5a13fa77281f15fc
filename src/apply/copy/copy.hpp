// The initial copy, from start_follow to the moment when nothing is left to be copied.
//
// First the slot is made, then the whole schema (schema.hpp). From then on the stream can be applied at any time: DDL
// as always, while rows of tables that wait for their copy are left out. The rows are copied in rounds (round.hpp),
// between parts of the stream.
#pragma once

#include "apply/state/state.hpp"

namespace pg_follower::apply {

// Makes the follow's slot and schema, as far as they are not there. Outside of a transaction, in a session under the
// worker's settings. What was done before an error or the process's end is not done again.
void prepare_copy(Follow &follow);

// Notes that nothing is left to be copied.
void end_copy(Follow &follow);

} // namespace pg_follower::apply
