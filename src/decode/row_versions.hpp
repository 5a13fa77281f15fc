// Which versions of catalog rows a transaction made, and which it removed.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "replication/reorderbuffer.h"
}

namespace pg_follower::decode {

// Whether `xid` is the transaction or a subtransaction of it that was not rolled back.
bool belongs_to(const ReorderBufferTXN *txn, TransactionId xid);

// Whether the transaction, which has ended, made the table and dropped it again.
bool made_and_dropped(const ReorderBufferTXN *txn, Oid relid);

} // namespace pg_follower::decode
