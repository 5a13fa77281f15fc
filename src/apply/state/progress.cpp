// The context line of errors, what pg_stat_activity shows, and counting. See progress.hpp.
#include "apply/state/progress.hpp"

extern "C" {
#include "utils/backend_status.h"
}

namespace pg_follower::apply {

void describe_position(void *argument)
{
    auto position = static_cast<const Position *>(argument);
    if (!position->upstream_xid)
        return;
    if (position->what && position->object && position->schema)
        errcontext("applying %s of table \"%s.%s\", upstream transaction %u, committed at %X/%X", position->what,
                   position->schema, position->object, position->upstream_xid, PGF_LSN(position->commit_lsn));
    else if (position->what && position->object && *position->object)
        errcontext("applying %s (%s), upstream transaction %u, committed at %X/%X", position->what, position->object,
                   position->upstream_xid, PGF_LSN(position->commit_lsn));
    else
        errcontext("applying %s, upstream transaction %u, committed at %X/%X",
                   position->what ? position->what : "a transaction", position->upstream_xid,
                   PGF_LSN(position->commit_lsn));
}

void show_activity(Progress &progress, const void *what, const char *sql)
{
    if (progress.shown == what)
        return;
    progress.shown = what;
    const Position &position = progress.position;
    char text[4 * NAMEDATALEN];
    if (!sql) {
        if (position.schema && position.object)
            snprintf(text, sizeof(text), "applying %s of table \"%s.%s\"", position.what, position.schema,
                     position.object);
        else
            snprintf(text, sizeof(text), "applying %s (%s)", position.what, position.object ? position.object : "");
        sql = text;
    }
    pgstat_report_activity(STATE_RUNNING, sql);
}

void add_counts(Figures &figures, const Counts &counts)
{
    figures.rows_applied += counts.rows;
    figures.rows_missing += counts.missing;
    figures.ddl_applied += counts.ddl;
}

} // namespace pg_follower::apply
