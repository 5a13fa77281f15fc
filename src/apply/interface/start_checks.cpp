// The checks of both servers. See start_checks.hpp.
#include "apply/interface/start_checks.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/names.hpp"
#include "apply/state/spi.hpp"
#include "apply/state/state.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
}

namespace pg_follower::apply {
namespace {

// What start_follow wants to know of the upstream, in the order of the query's columns.
enum UpstreamFact : int {
    fact_database,
    fact_database_oid,
    fact_wal_level,
    fact_extension_version,
    fact_may_replicate,
    fact_slots_used,
    fact_slots_limit,
    fact_in_recovery,
    fact_preloaded,
    fact_count,
};

constexpr const char *facts_query =
    "SELECT pg_catalog.current_database()::pg_catalog.text,"
    " (SELECT oid::pg_catalog.text FROM pg_catalog.pg_database"
    "   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),"
    " pg_catalog.current_setting('wal_level'),"
    " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'pg_follower'),"
    " (SELECT (rolsuper OR rolreplication)::pg_catalog.text FROM pg_catalog.pg_roles"
    "   WHERE rolname OPERATOR(pg_catalog.=) current_user),"
    " (SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.pg_replication_slots),"
    " pg_catalog.current_setting('max_replication_slots'),"
    " pg_catalog.pg_is_in_recovery()::pg_catalog.text,"
    // A session has the library's settings from the start only where it was preloaded.
    " (pg_catalog.current_setting('pg_follower.roles', true) IS NOT NULL)::pg_catalog.text";

} // namespace

void check_origins(const char *origins)
{
    if (strcmp(origins, "any") != 0 && strcmp(origins, "none") != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid origin \"%s\"", origins),
                        errhint("Available values: any, none.")));
}

void check_downstream(const char *name)
{
    if (RecoveryInProgress())
        ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION), errmsg("cannot follow during recovery"),
                        errhint("A standby shows what its primary follows: call start_follow() there.")));
    if (find_follow(name))
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("follow \"%s\" already exists", name),
                        errhint("Give the new follow another name: start_follow(..., follow_name => '...'), or call "
                                "resume_follow() or drop_follow().")));
    // A follow that has only just started takes its place a moment later.
    int64 origins = query_count("SELECT pg_catalog.count(*) FROM ("
                                "SELECT local_id FROM pg_catalog.pg_show_replication_origin_status()"
                                " UNION SELECT roident FROM pg_catalog.pg_replication_origin"
                                " WHERE pg_catalog.starts_with(roname, 'pg_follower')) AS origins");
    if (origins >= origin_limit())
        ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                        errmsg("no place for another replication origin is free"),
                        errdetail("All %d are in use.", origin_limit()),
                        errhint("Raise %s on this server (it needs a restart).", origin_limit_setting)));
}

UpstreamFindings check_upstream(Upstream &upstream, SlotSource slot, bool allow_newer)
{
    upstream.require_version(allow_newer);
    const char *facts[fact_count];
    upstream.row(facts_query, fact_count, facts);
    if (upstream.is_this_server()) {
        if (strcmp(facts[fact_database_oid], psprintf("%u", MyDatabaseId)) == 0)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a database cannot follow itself"),
                            errdetail("The connection string leads to database \"%s\" of this server.",
                                      facts[fact_database])));
        // The slot waits for all transactions of the cluster that have written.
        if (slot == SlotSource::start && TransactionIdIsValid(GetTopTransactionIdIfAny()))
            ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                            errmsg("cannot start to follow a database of the same server in a transaction that has "
                                   "made changes"),
                            errhint("Call start_follow() in a transaction of its own.")));
    }
    if (strcmp(facts[fact_in_recovery], "true") == 0 && upstream.major_version() < 16)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("upstream is a standby"),
                        errdetail("A standby can be followed from PostgreSQL 16 on."), errhint("Follow its primary.")));
    if (strcmp(facts[fact_wal_level], "logical") != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("wal_level of the upstream is \"%s\", but must be \"logical\"", facts[fact_wal_level]),
                        errhint("Set wal_level = logical on the upstream and restart it.")));
    if (!facts[fact_extension_version])
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("database \"%s\" of the upstream does not have the extension \"%s\"",
                               facts[fact_database], extension_name),
                        errhint("Run CREATE EXTENSION %s in it.", extension_name)));
    if (strcmp(facts[fact_extension_version], PGF_VERSION) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("extension \"%s\" has version %s on the upstream, but version %s here", extension_name,
                               facts[fact_extension_version], PGF_VERSION),
                        errhint("Install the same version on both servers and run ALTER EXTENSION %s UPDATE.",
                                extension_name)));
    if (strcmp(facts[fact_may_replicate], "true") != 0)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("role of the connection may not replicate from the upstream"),
                        errhint("Give it the attribute: ALTER ROLE ... REPLICATION.")));
    // While tables are copied, one slot more is there for the snapshot.
    int needed = slot == SlotSource::worker ? 2 : slot == SlotSource::start ? 1 : 0;
    if (needed > 0 && atoi(facts[fact_slots_used]) + needed > atoi(facts[fact_slots_limit]))
        ereport(ERROR,
                (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("no replication slot of the upstream is free"),
                 errdetail_plural("%s of %s are in use, and %d is needed.", "%s of %s are in use, and %d are needed.",
                                  needed, facts[fact_slots_used], facts[fact_slots_limit], needed),
                 errhint("Raise max_replication_slots on the upstream (it needs a restart).")));
    upstream.allow_plugin();
    return {strcmp(facts[fact_preloaded], "true") == 0};
}

} // namespace pg_follower::apply
