// Asks the upstream over a short connection of its own. See upstream_position.hpp.
//
// The stream does not tell that position: a walsender says how far it has decoded, and says nothing while it decodes a
// large transaction or while the worker waits for a lock. libpqwalreceiver knows no time limit and, in version 15,
// leaves an interrupted connection open; so this connection is made with libpq itself. It is an ordinary one, which
// takes no walsender.
#include "apply/upstream/upstream_position.hpp"

#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "libpq-fe.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/fmgrprotos.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
}

namespace pg_follower::apply {
namespace {

// For all of it: name look-up apart, which libpq does not let anybody interrupt.
constexpr int limit_milliseconds = 3000;

constexpr const char *position_query =
    "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()"
    " ELSE pg_catalog.pg_current_wal_flush_lsn() END";

// Waits until the socket is ready for `event`. Returns whether it is; false when the time is over.
bool wait_for(PGconn *connection, uint32 event, TimestampTz deadline)
{
    for (;;) {
        long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);
        if (left <= 0)
            return false;
        int events = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | event,
                                       PQsocket(connection), left, PG_WAIT_EXTENSION);
        if (events & WL_LATCH_SET) {
            ResetLatch(MyLatch);
            CHECK_FOR_INTERRUPTS();
        }
        if (events & event)
            return true;
    }
}

bool connect(PGconn *connection, TimestampTz deadline)
{
    if (!connection || PQstatus(connection) == CONNECTION_BAD)
        return false;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED)
            return false;
        uint32 event = status == PGRES_POLLING_READING ? WL_SOCKET_READABLE : WL_SOCKET_WRITEABLE;
        if (!wait_for(connection, event, deadline))
            return false;
        status = PQconnectPoll(connection);
    }
    return true;
}

// The answer to the query; null where there is none in time. It may be of any server, so nothing is expected of it.
PGresult *ask(PGconn *connection, const char *query, TimestampTz deadline)
{
    if (!PQsendQuery(connection, query))
        return nullptr;
    while (PQisBusy(connection))
        if (!wait_for(connection, WL_SOCKET_READABLE, deadline) || !PQconsumeInput(connection))
            return nullptr;
    return PQgetResult(connection);
}

// Copies the values of the result's only row. Returns whether there is one.
bool row_in(const PGresult *result, int count, const char **values)
{
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1 || PQnfields(result) != count)
        return false;
    for (int i = 0; i < count; ++i)
        values[i] = PQgetisnull(result, 0, i) ? nullptr : pstrdup(PQgetvalue(result, 0, i));
    return true;
}

void ignore_notice(void *, const PGresult *) {}

// Asks, and takes the only row of the answer, as text. Returns false where there is none in time.
bool ask_upstream(const char *conninfo, const char *query, int count, const char **values)
{
    const char *const keywords[] = {"dbname", "application_name", nullptr};
    const char *const settings[] = {conninfo, "pg_follower status", nullptr};
    TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), limit_milliseconds);
    if (!AcquireExternalFD())
        return false;
    // They are volatile because they are set between PG_TRY and a longjmp.
    PGconn *volatile connection = nullptr;
    PGresult *volatile result = nullptr;
    volatile bool answered = false;
    PG_TRY();
    {
        connection = PQconnectStartParams(keywords, settings, 1);
        if (connect(connection, deadline)) {
            PQsetNoticeReceiver(connection, ignore_notice, nullptr);
            result = ask(connection, query, deadline);
            answered = row_in(result, count, values);
        }
    }
    PG_FINALLY();
    {
        PQclear(result);
        PQfinish(connection);
        ReleaseExternalFD();
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

} // namespace pg_follower::apply
