// Triggers and rules that fire for replicas. See replica_effects.hpp.
#include "pg_follower/replica_effects.hpp"

extern "C" {
#include "commands/trigger.h"
#include "rewrite/prs2lock.h"
}

namespace pg_follower {

bool fires_on_replica(char enabled)
{
    // Rules have the same letters (rewriteDefine.h).
    return enabled == TRIGGER_FIRES_ALWAYS || enabled == TRIGGER_FIRES_ON_REPLICA;
}

bool has_replica_effects(Relation table)
{
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i)
        if (fires_on_replica(table->trigdesc->triggers[i].tgenabled))
            return true;
    for (int i = 0; table->rd_rules && i < table->rd_rules->numLocks; ++i)
        if (fires_on_replica(table->rd_rules->rules[i]->enabled))
            return true;
    return false;
}

} // namespace pg_follower
