// Compares what is kept with the follow (system identifier, timeline, position) with what the upstream says of itself.
// See history.hpp.
//
// What it cannot see: an upstream whose files were put back as they were earlier, on the same timeline, and that has
// written more WAL since than was followed. A restore by PostgreSQL's own means begins a new timeline.
#include "apply/upstream/history.hpp"

#include "apply/state/error_class.hpp"
#include "apply/state/follow_names.hpp"

#include <cstdio>

namespace pg_follower::apply {
namespace {

[[noreturn]] void refuse(const Follow &follow, const char *detail)
{
    ereport(ERROR, (errcode(errcode_begin_anew), errmsg("history of the upstream is not the one that was followed"),
                    errdetail_internal("%s", detail), errhint("%s", how_to_begin_anew(NameStr(follow.name)))));
    pg_unreachable();
}

// Where a server on timeline `now` left its ancestor `before`; InvalidXLogRecPtr where that is no ancestor.
XLogRecPtr end_of_timeline(Upstream &upstream, TimeLineID now, TimeLineID before)
{
    // A line for each ancestor: its number, where it was left, and why.
    for (const char *line = upstream.timeline_history(now); *line;) {
        TimeLineID timeline;
        uint32 high, low;
        if (sscanf(line, "%u %X/%X", &timeline, &high, &low) == 3 && timeline == before)
            return static_cast<XLogRecPtr>(high) << 32 | low;
        const char *end = strchr(line, '\n');
        line = end ? end + 1 : "";
    }
    return InvalidXLogRecPtr;
}

} // namespace

TimeLineID check_history(Upstream &upstream, const Follow &follow, XLogRecPtr known)
{
    TimeLineID now;
    const char *system = upstream.identify(now);
    auto before = static_cast<TimeLineID>(follow.upstream_timeline);
    if (strcmp(system, follow.upstream_system) != 0)
        refuse(follow, psprintf("The system identifier of the upstream is %s, but that of the server that was followed "
                                "is %s.",
                                system, follow.upstream_system));
    if (before != 0 && now < before)
        refuse(follow, psprintf("The upstream is on timeline %u, but was followed on timeline %u: it was restored from "
                                "an older state.",
                                now, before));
    if (before != 0 && now > before) {
        XLogRecPtr end = end_of_timeline(upstream, now, before);
        if (end < known)
            refuse(follow,
                   psprintf("The upstream is on timeline %u, which left timeline %u at %X/%X, but this database "
                            "has followed that up to %X/%X: the upstream was restored from an older state, or "
                            "is a standby that was promoted before it had everything.",
                            now, before, PGF_LSN(end), PGF_LSN(known)));
    }
    bool in_recovery;
    XLogRecPtr end = upstream.wal_end(in_recovery);
    if (end < known && in_recovery)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE), errmsg("upstream is a standby that is behind this database"),
                        errdetail("It has replayed WAL up to %X/%X, but this database has followed up to %X/%X.",
                                  PGF_LSN(end), PGF_LSN(known))));
    if (end < known)
        refuse(follow, psprintf("WAL of the upstream ends at %X/%X, but this database has followed it up to %X/%X: it "
                                "was restored from an older state.",
                                PGF_LSN(end), PGF_LSN(known)));
    return in_recovery ? 0 : now;
}

} // namespace pg_follower::apply
