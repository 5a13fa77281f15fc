// Where the upstream and its slot are, asked over a connection other than the stream.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// The position up to which the upstream has durable WAL; 0 where it cannot be reached within a few seconds. It can be
// interrupted.
XLogRecPtr ask_upstream_position(const char *conninfo);

// What the upstream says of the slot, as text: whether somebody uses it, wal_status, the bytes of WAL that it keeps,
// and how many more it may keep (safe_wal_size). A null pointer for what is null. Returns false where the upstream
// cannot be reached within a few seconds, or has no such slot. It can be interrupted.
constexpr int slot_facts = 4;
bool ask_upstream_slot(const char *conninfo, const char *slot, const char **values);

// The upstream's transactions that have written, the oldest first, with how long they have been open: what the creation
// of a slot waits for. Null where there are none, or no answer in time.
const char *ask_oldest_transactions(const char *conninfo);

} // namespace pg_follower::apply
