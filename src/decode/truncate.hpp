// TRUNCATE.
#pragma once

#include "decode/session.hpp"

namespace pg_follower::decode {

// Writes the TRUNCATE of those of the relations that are followed.
void send_truncate(Session &session, int count, Relation relations[], ReorderBufferChange *change);

} // namespace pg_follower::decode
