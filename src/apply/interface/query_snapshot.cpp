// Takes a snapshot from all places that hold it. See query_snapshot.hpp.
//
// A query that runs in a portal holds its snapshot three times: as the active one (PortalRunSelect in tcop/pquery.c),
// in its QueryDesc (CreateQueryDesc), and in its executor state (standard_ExecutorStart); the last two belong to the
// portal's resource owner. When all three are given back the process has no snapshot. An error in the meantime leaves
// nothing to give back: a failed portal does not end its executor, and resource owners and the stack of active
// snapshots know.
#include "apply/interface/query_snapshot.hpp"

#include "pg_follower/list.hpp"

extern "C" {
#include "access/xact.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {
namespace {

bool reads_tables(const PlannedStmt *statement)
{
    for (RangeTblEntry *entry : each<RangeTblEntry>(statement->rtable))
        if (entry->rtekind == RTE_RELATION)
            return true;
    return false;
}

// The query that called this function, where that is a portal's own query, and its snapshot can be changed.
QueryDesc *query_without_tables()
{
    if (IsolationUsesXactSnapshot() || !ActivePortal || !ActivePortal->queryDesc || !ActiveSnapshotSet())
        return nullptr;
    QueryDesc *query = ActivePortal->queryDesc;
    // Where a function has called, the active snapshot is that of its own command.
    bool own = query->estate && query->snapshot == GetActiveSnapshot() && query->estate->es_snapshot == query->snapshot;
    return own && !reads_tables(query->plannedstmt) ? query : nullptr;
}

} // namespace

QuerySnapshotPause::QuerySnapshotPause() : query_(query_without_tables())
{
    if (!query_)
        return;
    Snapshot snapshot = query_->snapshot;
    query_->snapshot = query_->estate->es_snapshot = InvalidSnapshot;
    PopActiveSnapshot();
    UnregisterSnapshotFromOwner(snapshot, ActivePortal->resowner);
    UnregisterSnapshotFromOwner(snapshot, ActivePortal->resowner);
}

void QuerySnapshotPause::drop_catalog_snapshot() const
{
    InvalidateCatalogSnapshot();
}

QuerySnapshotPause::~QuerySnapshotPause()
{
    if (!query_)
        return;
    query_->snapshot = RegisterSnapshotOnOwner(GetTransactionSnapshot(), ActivePortal->resowner);
    query_->estate->es_snapshot = RegisterSnapshotOnOwner(query_->snapshot, ActivePortal->resowner);
    PushActiveSnapshot(query_->snapshot);
}

} // namespace pg_follower::apply
