// Replica identities of keyless tables. See replica_identity.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether the table has another replica identity than keep_replica_identity would give it. Takes no lock.
bool needs_replica_identity(Oid relid);

// Gives the permanent table REPLICA IDENTITY FULL if it has no usable identity, or DEFAULT again if it had that from
// here and has a primary key by now, and sends what it did. Does nothing with other relations. `may_be_missing`: a
// downstream that lacks the table passes the change over. The caller holds a lock on the table that conflicts with its
// own kind. Returns whether it changed anything.
bool keep_replica_identity(Oid relid, bool may_be_missing = false);

// Gives a table that had REPLICA IDENTITY FULL from here its default identity again, when nobody follows any more.
// Leaves a table alone whose identity somebody else has changed since, or that a publication needs it for; one that
// somebody uses is left for another time. Returns whether it changed anything.
bool reset_replica_identity(Oid relid);

// Warns of REPLICA IDENTITY NOTHING, and forgets that the table's identity came from here, as the user chose one.
void note_replica_identity(Oid relid, const ReplicaIdentityStmt *statement);

} // namespace pg_follower::deparse
