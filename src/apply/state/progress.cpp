// The context line of errors, what pg_stat_activity shows, and counting. See progress.hpp.
#include "apply/state/progress.hpp"

extern "C" {
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {

const char *object_at(const Position &position)
{
    if (!position.object || !*position.object)
        return nullptr;
    return position.schema ? psprintf("table %s", quote_qualified_identifier(position.schema, position.object))
                           : pstrdup(position.object);
}

const char *statement_at(const Position &position)
{
    if (!position.write_row)
        return position.sql ? pstrdup(position.sql) : nullptr;
    StringInfoData row;
    initStringInfo(&row);
    position.write_row(&row, position.row);
    return row.data;
}

void describe_position(void *argument)
{
    auto position = static_cast<const Position *>(argument);
    if (!position->upstream_xid)
        return;
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "applying %s", position->what ? position->what : "a transaction");
    if (position->what && position->object && position->schema)
        appendStringInfo(&text, " of table \"%s.%s\"", position->schema, position->object);
    else if (position->what && position->object && *position->object)
        appendStringInfo(&text, " (%s)", position->object);
    appendStringInfo(&text, ", upstream transaction %u, committed at %X/%X, %s", position->upstream_xid,
                     PGF_LSN(position->commit_lsn), timestamptz_to_str(position->commit_time));
    if (position->write_row)
        appendStringInfo(&text, "; row: %s", statement_at(*position));
    errcontext("%s", text.data);
    pfree(text.data);
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
