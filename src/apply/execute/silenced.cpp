// Finds and silences triggers and rules of the upstream. See silenced.hpp.
#include "apply/execute/silenced.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/pg_rewrite.h"
#include "commands/trigger.h"
#include "nodes/execnodes.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteDefine.h"
#include "utils/inval.h"
#include "utils/syscache.h"
}

namespace pg_follower::apply {
namespace {

// How often the whole relation cache was filled anew.
uint64 cache_resets = 0;

void relation_cache_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation))
        ++cache_resets;
}

Trigger *find_trigger(Relation table, Oid oid)
{
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i)
        if (table->trigdesc->triggers[i].tgoid == oid)
            return &table->trigdesc->triggers[i];
    return nullptr;
}

Oid named_trigger(Relation table, const ReplicaEffect &effect)
{
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i) {
        const Trigger &trigger = table->trigdesc->triggers[i];
        if (trigger.tgenabled == effect.enabled && strcmp(common_name(trigger), effect.name) == 0)
            return trigger.tgoid;
    }
    return InvalidOid;
}

Oid named_rule(Relation table, const ReplicaEffect &effect)
{
    SyscacheRow<FormData_pg_rewrite> rule(RULERELNAME, ObjectIdGetDatum(RelationGetRelid(table)),
                                          CStringGetDatum(effect.name));
    return rule && rule->ev_enabled == effect.enabled ? rule->oid : InvalidOid;
}

bool is_silenced(const List *silenced, EffectKind kind, Oid oid)
{
    for (const Silenced *effect : each<Silenced>(silenced))
        if (effect->kind == kind && effect->oid == oid)
            return true;
    return false;
}

// Where the relation cache keeps whether the trigger or rule is enabled; null where the table has lost it.
char *enabled_in_cache(Relation table, const Silenced &effect)
{
    if (effect.kind == EffectKind::trigger) {
        Trigger *trigger = find_trigger(table, effect.oid);
        return trigger ? &trigger->tgenabled : nullptr;
    }
    for (int i = 0; table->rd_rules && i < table->rd_rules->numLocks; ++i)
        if (table->rd_rules->rules[i]->ruleId == effect.oid)
            return &table->rd_rules->rules[i]->enabled;
    return nullptr;
}

} // namespace

List *silenced_effects(Relation table, const ReplicaEffects &upstream)
{
    List *result = NIL;
    for (const ReplicaEffect &effect : upstream) {
        Oid oid = effect.kind == EffectKind::trigger ? named_trigger(table, effect) : named_rule(table, effect);
        if (!OidIsValid(oid))
            continue;
        auto *silenced = allocate<Silenced>();
        *silenced = {effect.kind, effect.enabled, oid};
        result = lappend(result, silenced);
    }
    return result;
}

bool has_silenced(const List *silenced, EffectKind kind)
{
    for (const Silenced *effect : each<Silenced>(silenced))
        if (effect->kind == kind)
            return true;
    return false;
}

bool fires_for_stream(const Trigger &trigger, const List *silenced)
{
    return fires_on_replica(trigger.tgenabled) && !is_silenced(silenced, EffectKind::trigger, trigger.tgoid);
}

bool has_stream_effects(Relation table, const List *silenced)
{
    for (int i = 0; table->trigdesc && i < table->trigdesc->numtriggers; ++i)
        if (fires_for_stream(table->trigdesc->triggers[i], silenced))
            return true;
    for (int i = 0; table->rd_rules && i < table->rd_rules->numLocks; ++i) {
        const RewriteRule *rule = table->rd_rules->rules[i];
        if (fires_on_replica(rule->enabled) && !is_silenced(silenced, EffectKind::rule, rule->ruleId))
            return true;
    }
    return false;
}

void silence_triggers(ResultRelInfo *target, const List *silenced)
{
    // The executor has a copy of its own of what the relation cache says of triggers.
    TriggerDesc *triggers = target->ri_TrigDesc;
    for (int i = 0; triggers && i < triggers->numtriggers; ++i)
        if (is_silenced(silenced, EffectKind::trigger, triggers->triggers[i].tgoid))
            triggers->triggers[i].tgenabled = TRIGGER_DISABLED;
}

SilencedCache::SilencedCache() : resets_(cache_resets) {}

void SilencedCache::silence(Relation table, const List *silenced, EffectKind kind)
{
    for (const Silenced *effect : each<Silenced>(silenced)) {
        char *enabled = effect->kind == kind ? enabled_in_cache(table, *effect) : nullptr;
        if (!enabled)
            continue;
        *enabled = TRIGGER_DISABLED;
        auto *entry = allocate<Entry>();
        *entry = {RelationGetRelid(table), effect};
        entries_ = lappend(entries_, entry);
    }
}

bool SilencedCache::restore()
{
    bool complete = true;
    for (const Entry *entry : each<Entry>(entries_)) {
        RelationScope table(entry->table);
        char *enabled = enabled_in_cache(table, *entry->effect);
        complete &= enabled && *enabled == TRIGGER_DISABLED;
        if (enabled)
            *enabled = entry->effect->enabled;
    }
    entries_ = NIL;
    return complete;
}

bool SilencedCache::was_reset() const
{
    return resets_ != cache_resets;
}

void retry_silenced(const char *schema, const char *table)
{
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("triggers or rules of table \"%s.%s\" were looked up anew while a change was applied to it",
                           schema, table),
                    errdetail("The transaction is applied again.")));
    pg_unreachable();
}

void install_silenced()
{
    CacheRegisterRelcacheCallback(relation_cache_changed, (Datum)0);
}

} // namespace pg_follower::apply
