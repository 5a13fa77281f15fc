// Applies TRUNCATE as the tables' owner. See truncate.hpp.
#include "apply/execute/truncate.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/scope.hpp"
#include "apply/execute/session.hpp"
#include "apply/execute/silenced.hpp"
#include "apply/state/spi.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
}

namespace pg_follower::apply {

void apply_truncate(const TruncateRecord &record, Progress &progress)
{
    Position &position = progress.position;
    position.set("TRUNCATE", record.relation_count ? record.relations[0].schema : nullptr,
                 record.relation_count ? record.relations[0].table : nullptr, record.sql);
    show_activity(progress, &record, record.sql);
    progress.shown = nullptr;
    // What DDL has changed reaches the relation cache now, and not between the two steps below.
    CommandCounterIncrement();
    SilencedCache cache;
    // If one role owns all of the tables and may truncate them, the command runs as that role. Otherwise it runs as the
    // worker, which is safe as long as no trigger runs with it.
    Oid owner = InvalidOid;
    bool as_owner = true;
    bool triggers = false;
    for (int i = 0; i < record.relation_count; ++i) {
        RangeVar *name = makeRangeVar(const_cast<char *>(record.relations[i].schema),
                                      const_cast<char *>(record.relations[i].table), -1);
        RelationScope relation(RangeVarGetRelid(name, AccessExclusiveLock, false));
        as_owner &= !OidIsValid(owner) || owner == relation->rd_rel->relowner;
        owner = relation->rd_rel->relowner;
        as_owner &= pg_class_aclcheck(RelationGetRelid(relation), owner, ACL_TRUNCATE) == ACLCHECK_OK &&
                    may_use_schema(RelationGetNamespace(relation), owner);
        List *silenced = silenced_effects(relation, record.relations[i].effects);
        for (int t = 0; relation->trigdesc && t < relation->trigdesc->numtriggers; ++t) {
            const Trigger &trigger = relation->trigdesc->triggers[t];
            triggers |= TRIGGER_FOR_TRUNCATE(trigger.tgtype) && fires_for_stream(trigger, silenced);
        }
        cache.silence(relation, silenced, EffectKind::trigger);
    }
    if (!as_owner && triggers)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("cannot truncate tables that have TRUNCATE triggers enabled for replicas, but no owner who may "
                        "truncate them all"),
                 errdetail("The triggers would run with the privileges of another role."),
                 errhint("Disable the triggers on this server.")));
    {
        GucScope settings;
        UserScope scope(as_owner && OidIsValid(owner) ? owner : GetUserId(),
                        as_owner ? security_context_of(owner) | SECURITY_NOFORCE_RLS : 0);
        SpiScope spi;
        check_result(SPI_execute(record.sql, false, 0));
    }
    // TRUNCATE itself changes the tables in the cache, but only after it has read their triggers. Their locks keep
    // others from changing them.
    (void)cache.restore();
    if (cache.was_reset())
        retry_silenced(position.schema, position.object);
}

} // namespace pg_follower::apply
