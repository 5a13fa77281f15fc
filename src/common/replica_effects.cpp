// Triggers and rules that fire for replicas. See replica_effects.hpp.
#include "pg_follower/replica_effects.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_rewrite.h"
#include "commands/trigger.h"
#include "rewrite/prs2lock.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower {
namespace {

// Calls `take` with each trigger that fires for replicas, and with each rule, until it returns true; returns whether it
// did.
template <typename Take> bool any_effect(Relation table, Take take)
{
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i)
        if (const Trigger &trigger = table->trigdesc->triggers[i]; fires_on_replica(trigger.tgenabled))
            if (take(&trigger, nullptr))
                return true;
    for (int i = 0; table->rd_rules && i < table->rd_rules->numLocks; ++i)
        if (const RewriteRule *rule = table->rd_rules->rules[i]; fires_on_replica(rule->enabled))
            if (take(nullptr, rule))
                return true;
    return false;
}

} // namespace

// A table has at most one trigger for each constraint and function.
const char *common_name(const Trigger &trigger)
{
    if (!trigger.tgisinternal || !OidIsValid(trigger.tgconstraint))
        return trigger.tgname;
    SyscacheRow<FormData_pg_constraint> constraint(CONSTROID, trigger.tgconstraint, "constraint");
    SqlWriter name;
    name.name(get_namespace_name(get_rel_namespace(constraint->conrelid)));
    name.text('.').name(get_rel_name(constraint->conrelid)).text(' ').name(NameStr(constraint->conname));
    name.text(' ').name(get_func_name(trigger.tgfoid));
    return name.c_str();
}

bool fires_on_replica(char enabled)
{
    // Rules have the same letters (rewriteDefine.h).
    return enabled == TRIGGER_FIRES_ALWAYS || enabled == TRIGGER_FIRES_ON_REPLICA;
}

bool has_replica_effects(Relation table)
{
    return any_effect(table, [](const Trigger *, const RewriteRule *) { return true; });
}

ReplicaEffects replica_effects(Relation table)
{
    ReplicaEffects result = {};
    if (!has_replica_effects(table))
        return result;
    int triggers = table->trigdesc ? table->trigdesc->numtriggers : 0;
    int rules = table->rd_rules ? table->rd_rules->numLocks : 0;
    result.effects = allocate<ReplicaEffect>(triggers + rules);
    any_effect(table, [&](const Trigger *trigger, const RewriteRule *rule) {
        ReplicaEffect &effect = result.effects[result.count++];
        if (trigger)
            effect = {EffectKind::trigger, trigger->tgenabled, pstrdup(common_name(*trigger))};
        else {
            CatalogRow<FormData_pg_rewrite> row(RewriteRelationId, rule->ruleId);
            effect = {EffectKind::rule, rule->enabled, pstrdup(NameStr(row->rulename))};
        }
        return false;
    });
    return result;
}

} // namespace pg_follower
