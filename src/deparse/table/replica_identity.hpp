// Replica identities of keyless tables. See replica_identity.cpp.
#pragma once

#include "deparse/dropped_objects.hpp"
#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Gives the permanent table REPLICA IDENTITY FULL if it has no usable identity, or DEFAULT again if it had that from
// here and has a primary key by now, and sends what it did. Does nothing with other relations. The caller holds a lock
// on the table that conflicts with its own kind. Returns whether it changed anything.
bool keep_replica_identity(Oid relid);

// The same for all tables that an event's commands made or altered, and for those that lost something by its drops.
void keep_replica_identities(const Event &event);
void keep_replica_identities(const DroppedObjects &objects);

// Warns of REPLICA IDENTITY NOTHING, and forgets that the table's identity came from here, as the user chose one.
void note_replica_identity(Oid relid, const ReplicaIdentityStmt *statement);

} // namespace pg_follower::deparse
