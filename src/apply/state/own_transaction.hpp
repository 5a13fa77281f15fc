// Transactions of the worker that are none of the upstream's.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "replication/origin.h"
}

namespace pg_follower::apply {

// The two ends of such a transaction: it does not move the replication origin. The memory context stays the current
// one, and the origin of what comes then is the one that the first has returned.
RepOriginId begin_own_transaction();
void commit_own_transaction(RepOriginId origin);

// Runs `body` in one.
template <typename Body> void in_own_transaction(Body body)
{
    RepOriginId origin = begin_own_transaction();
    body();
    commit_own_transaction(origin);
}

} // namespace pg_follower::apply
