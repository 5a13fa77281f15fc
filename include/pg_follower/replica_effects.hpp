// What fires for replicas: triggers and rules that are enabled with ALWAYS or REPLICA.
//
// Those of the upstream travel with the statements of their table (stream.hpp), because they are not to fire for its
// rows a second time (apply/execute/silenced.hpp).
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/rel.h"
#include "utils/reltrigger.h"
}

namespace pg_follower {

enum class EffectKind : char { trigger = 't', rule = 'r' };

// A trigger or rule that fires under session_replication_role = replica. Beside its table, that is all that tells
// whether another server has the same one.
struct ReplicaEffect {
    EffectKind kind;
    char enabled; // tgenabled or ev_enabled
    const char *name;
};

struct ReplicaEffects {
    uint16 count;
    ReplicaEffect *effects;

    const ReplicaEffect *begin() const { return effects; }
    const ReplicaEffect *end() const { return effects + count; }
};

// The trigger's name, as it is the same on another server: the server names the triggers of a constraint by a number.
const char *common_name(const Trigger &trigger);

// Whether a trigger or rule with this tgenabled or ev_enabled fires under session_replication_role = replica.
bool fires_on_replica(char enabled);

// Whether the table has triggers or rules that fire then.
bool has_replica_effects(Relation table);

// The triggers and rules of the table that fire then, in the current memory context.
ReplicaEffects replica_effects(Relation table);

} // namespace pg_follower
