// Transactions that are streamed while they are open.
#pragma once

#include "decode/session.hpp"

namespace pg_follower::decode {

// A block of changes of `txn` comes.
void begin_block(Session &session, ReorderBufferTXN *txn);
// It is over; maybe because a change of it could not be decoded, since the transaction has been rolled back meanwhile.
void end_block(Session &session);
// A change that (sub)transaction `xid` made is decoded between these two.
void begin_change(Session &session, TransactionId xid);
void end_change(Session &session);

// Takes back what a streamed transaction, or a subtransaction of one, has written.
void roll_back(Session &session, ReorderBufferTXN *txn);
// Writes what is still to be written of a streamed transaction, and its commit, unless nothing of it has been written
// at all. Returns whether it wrote anything, which is then to be flushed.
bool commit_streamed(Session &session, ReorderBufferTXN *txn);

} // namespace pg_follower::decode
