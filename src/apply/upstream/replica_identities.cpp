// The upstream's keyless tables. See replica_identities.hpp.
#include "apply/upstream/replica_identities.hpp"

namespace pg_follower::apply {

void give_replica_identities(Upstream &upstream)
{
    const char *facts[2];
    upstream.row("SELECT pg_catalog.current_setting('is_superuser'), pg_catalog.count(*)::pg_catalog.text"
                 " FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.>=) 16384"
                 " AND c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
                 " AND c.relreplident OPERATOR(pg_catalog.=) 'd' AND NOT pg_catalog.pg_is_in_recovery()"
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i"
                 "   WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisprimary)"
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d"
                 "   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
                 "   AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')",
                 2, facts);
    if (strcmp(facts[1], "0") == 0)
        return;
    if (strcmp(facts[0], "on") == 0) {
        const char *changed = upstream.value("SELECT follower.set_replica_identities()::pg_catalog.text");
        if (int count = atoi(changed); count > 0)
            ereport(
                NOTICE,
                (errmsg_plural("%d table of the upstream without a key now has REPLICA IDENTITY FULL",
                               "%d tables of the upstream without a key now have REPLICA IDENTITY FULL", count, count),
                 errdetail("Otherwise updates and deletes of their rows could not follow."),
                 errhint("The table follower.keyless_table of the upstream lists them. drop_follow() of the last "
                         "follow takes it back.")));
    } else
        ereport(WARNING, (errmsg_plural("%s table of the upstream has no primary key and no other replica identity",
                                        "%s tables of the upstream have no primary key and no other replica identity",
                                        atoi(facts[1]), facts[1]),
                          errdetail("Updates and deletes of their rows cannot follow."),
                          errhint("Run SELECT follower.set_replica_identities() on the upstream as a superuser.")));
}

} // namespace pg_follower::apply
