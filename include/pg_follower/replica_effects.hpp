// What fires for replicas.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower {

// Whether a trigger or rule with this tgenabled or ev_enabled fires under session_replication_role = replica.
bool fires_on_replica(char enabled);

// Whether the table has triggers or rules that fire then.
bool has_replica_effects(Relation table);

} // namespace pg_follower
