// Row changes.
#pragma once

#include "decode/session.hpp"

namespace pg_follower::decode {

// Writes what a change of a row does, or notes that the row could not follow.
void send_row(Session &session, Relation relation, ReorderBufferChange *change);

// Reports the rows of the transaction that could not follow, in the stream.
void write_lost_rows(Session &session);

} // namespace pg_follower::decode
