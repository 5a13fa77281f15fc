// Asks the upstream over a short connection of its own. See upstream_position.hpp.
//
// The stream does not tell that position: a walsender says how far it has decoded, and says nothing while it decodes a
// large transaction or while the worker waits for a lock.
#include "apply/upstream/upstream_position.hpp"

#include "apply/upstream/question.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

// For all of it: name look-up apart, which libpq does not let anybody interrupt.
constexpr int limit_milliseconds = 3000;

constexpr const char *position_query =
    "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()"
    " ELSE pg_catalog.pg_current_wal_flush_lsn() END";

// The oldest first, and no more than a line of a view has room for.
constexpr const char *transactions_query =
    "SELECT pg_catalog.string_agg(t.who OPERATOR(pg_catalog.||) ' (' OPERATOR(pg_catalog.||)"
    "   pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) t.since)::pg_catalog.text"
    "   OPERATOR(pg_catalog.||) ')', ', ' ORDER BY t.since)"
    " FROM (SELECT 'process ' OPERATOR(pg_catalog.||) pid::pg_catalog.text, xact_start FROM pg_catalog.pg_stat_activity"
    "     WHERE backend_xid IS NOT NULL AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()"
    "   UNION ALL SELECT 'prepared transaction ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(gid), prepared"
    "     FROM pg_catalog.pg_prepared_xacts ORDER BY 2 LIMIT 10) AS t (who, since)";

// Copies the values of the result's only row. Returns whether there is one.
bool row_in(const PGresult *result, int count, const char **values)
{
    if (!result || PQntuples(result) != 1 || PQnfields(result) != count)
        return false;
    for (int i = 0; i < count; ++i)
        values[i] = PQgetisnull(result, 0, i) ? nullptr : pstrdup(PQgetvalue(result, 0, i));
    return true;
}

// Asks, and takes the only row of the answer, as text. Returns false where there is none in time.
bool ask_upstream(const char *conninfo, const char *query, int count, const char **values)
{
    TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), limit_milliseconds);
    static Question question;
    volatile bool answered = false;
    PG_TRY();
    {
        question.ask(conninfo, "pg_follower status", query);
        // It may come from any server, so nothing is expected of it.
        answered = question.wait(deadline) && row_in(question.answer(0), count, values);
    }
    PG_FINALLY();
    {
        question.end();
    }
    PG_END_TRY();
    return answered;
}

} // namespace

XLogRecPtr ask_upstream_position(const char *conninfo)
{
    const char *position;
    uint32 high, low;
    if (!ask_upstream(conninfo, position_query, 1, &position) || !position ||
        sscanf(position, "%X/%X", &high, &low) != 2)
        return 0;
    return static_cast<XLogRecPtr>(high) << 32 | low;
}

bool ask_upstream_slot(const char *conninfo, const char *slot, const char **values)
{
    SqlWriter query;
    query
        .text("SELECT active::pg_catalog.text, wal_status,"
              " pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery()"
              " THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END,"
              " restart_lsn)::pg_catalog.int8, safe_wal_size"
              " FROM pg_catalog.pg_replication_slots WHERE slot_name OPERATOR(pg_catalog.=) ")
        .literal(slot);
    return ask_upstream(conninfo, query.c_str(), slot_facts, values);
}

const char *ask_oldest_transactions(const char *conninfo)
{
    const char *transactions;
    return ask_upstream(conninfo, transactions_query, 1, &transactions) ? transactions : nullptr;
}

} // namespace pg_follower::apply
