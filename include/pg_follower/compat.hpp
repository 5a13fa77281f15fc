// Differences between PostgreSQL 15 to 18, as functions of our own. PostgreSQL's names are never redefined.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "replication/reorderbuffer.h"
}

namespace pg_follower {

// The tuple of a decoded change: a ReorderBufferTupleBuf up to 16, a HeapTuple from 17. Null stays null.
#if PG_VERSION_NUM >= 170000
inline HeapTuple decoded_tuple(HeapTuple tuple)
{
    return tuple;
}
#else
inline HeapTuple decoded_tuple(ReorderBufferTupleBuf *buffer)
{
    return buffer ? &buffer->tuple : nullptr;
}
#endif

} // namespace pg_follower
