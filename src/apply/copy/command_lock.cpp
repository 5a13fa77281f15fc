// Takes the lock of commands. See command_lock.hpp.
#include "apply/copy/command_lock.hpp"

#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "fmgr.h"
#include "utils/pg_lsn.h"
}

namespace pg_follower::apply {
namespace {

// How long commands of the upstream may wait for those before them: less than it takes its sessions to look for a
// deadlock, because they must not find us in one. What a server does not know of these settings it does not list.
const char *settings_query(int idle_milliseconds)
{
    SqlWriter query;
    query.text("SELECT pg_catalog.count(*)::pg_catalog.text FROM (SELECT pg_catalog.set_config(s.name, CASE s.name"
               "   WHEN 'lock_timeout' THEN (SELECT (d.setting::pg_catalog.int4 OPERATOR(pg_catalog./) 2)"
               "::pg_catalog.text"
               "     FROM pg_catalog.pg_settings AS d WHERE d.name OPERATOR(pg_catalog.=) 'deadlock_timeout')");
    query.format("   WHEN 'idle_in_transaction_session_timeout' THEN '%d' ELSE '0' END, true)", idle_milliseconds);
    query.text(" FROM pg_catalog.pg_settings AS s WHERE s.name IN ('lock_timeout',"
               "   'idle_in_transaction_session_timeout', 'transaction_timeout')) AS settings");
    return query.c_str();
}

} // namespace

bool try_lock_commands(Upstream &upstream, int idle_milliseconds, XLogRecPtr &position)
{
    upstream.command("BEGIN ISOLATION LEVEL READ COMMITTED");
    (void)upstream.value(settings_query(idle_milliseconds));
    const char *lsn;
    if (const Upstream::Failure *failure =
            upstream.try_row("SELECT follower.lock_commands()::pg_catalog.text", 1, &lsn)) {
        upstream.command("ROLLBACK");
        if (failure->sqlstate != ERRCODE_LOCK_NOT_AVAILABLE && failure->sqlstate != ERRCODE_T_R_DEADLOCK_DETECTED)
            Upstream::raise(*failure);
        return false;
    }
    position = DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(lsn)));
    return true;
}

} // namespace pg_follower::apply
