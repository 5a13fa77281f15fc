// When tables get their replica identity looked after. See keep_replica_identities.cpp.
#pragma once

#include "deparse/dropped_objects.hpp"
#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Keeps the replica identity of all tables that an event's commands made or altered, or that lost something by its
// drops.
void keep_replica_identities(const Event &event);
void keep_replica_identities(const DroppedObjects &objects);

} // namespace pg_follower::deparse
