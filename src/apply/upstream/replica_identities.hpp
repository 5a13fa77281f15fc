// Keyless tables of the upstream, whose updates and deletes follow only with a replica identity.
#pragma once

#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Gives the keyless tables that exist upstream a replica identity, with a NOTICE that says how many; a WARNING where
// the role of the connection may not. Where the slot is there already, the change itself follows, too.
void give_replica_identities(Upstream &upstream);

} // namespace pg_follower::apply
