// The context line of errors, and counting. See progress.hpp.
#include "progress.hpp"

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

void add_counts(Figures &figures, const Counts &counts)
{
    figures.rows_applied += counts.rows;
    figures.rows_missing += counts.missing;
    figures.ddl_applied += counts.ddl;
    figures.unsupported += counts.unsupported;
}

} // namespace pg_follower::apply
