// Writes, reads and compares sources. See sources.hpp.
#include "pg_follower/sources.hpp"

#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/timeline.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
}

namespace pg_follower {
namespace {

TimeLineID current_timeline()
{
    TimeLineID timeline;
    if (!RecoveryInProgress())
        return GetWALInsertionTimeLine();
    (void)GetXLogReplayRecPtr(&timeline);
    return timeline;
}

// The text behind a comma; null where there is none.
const char *next_part(const char *text)
{
    const char *comma = strchr(text, ',');
    return comma ? comma + 1 : nullptr;
}

XLogRecPtr join(uint32 high, uint32 low)
{
    return static_cast<uint64>(high) << 32 | low;
}

} // namespace

const char *add_source(const char *sources, const Source &source)
{
    return psprintf("%s%s" UINT64_FORMAT ".%u.%u.%X/%X", sources, *sources ? "," : "", source.system, source.database,
                    source.timeline, PGF_LSN(source.commit_lsn));
}

const char *describe_this_database()
{
    SqlWriter out;
    out.format(UINT64_FORMAT ".%u", GetSystemIdentifier(), MyDatabaseId);
    for (TimeLineHistoryEntry *entry : each<TimeLineHistoryEntry>(readTimeLineHistory(current_timeline())))
        out.format(",%u.%X/%X", entry->tli, PGF_LSN(entry->end));
    return out.c_str();
}

const KnownDatabase *parse_database(const char *text)
{
    auto database = allocate_zeroed<KnownDatabase>();
    if (sscanf(text, UINT64_FORMAT ".%u", &database->system, &database->database) != 2)
        return nullptr;
    while ((text = next_part(text)) != nullptr) {
        auto entry = allocate_zeroed<TimeLineHistoryEntry>();
        uint32 high, low;
        if (sscanf(text, "%u.%X/%X", &entry->tli, &high, &low) != 3)
            return nullptr;
        entry->end = join(high, low);
        database->timelines = lappend(database->timelines, entry);
    }
    return database->timelines ? database : nullptr;
}

bool holds(const KnownDatabase &database, const char *sources)
{
    for (const char *text = sources; text; text = next_part(text)) {
        Source source;
        uint32 high, low;
        if (sscanf(text, UINT64_FORMAT ".%u.%u.%X/%X", &source.system, &source.database, &source.timeline, &high,
                   &low) != 5)
            ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                            errmsg_internal("malformed sources of a transaction: \"%s\"", sources)));
        if (source.system != database.system || source.database != database.database)
            continue;
        for (TimeLineHistoryEntry *entry : each<TimeLineHistoryEntry>(database.timelines))
            if (entry->tli == source.timeline && (entry->end == InvalidXLogRecPtr || join(high, low) < entry->end))
                return true;
    }
    return false;
}

TimeLineID timeline_of(XLogRecPtr position)
{
    // A standby that is promoted changes its timeline.
    static TimeLineID known = 0;
    static List *history = NIL;
    if (TimeLineID current = current_timeline(); current != known) {
        MemoryContextScope scope(TopMemoryContext);
        list_free_deep(history);
        history = NIL;
        known = 0;
        history = readTimeLineHistory(current);
        known = current;
    }
    return tliOfPointInHistory(position, history);
}

} // namespace pg_follower
