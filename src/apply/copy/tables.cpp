// Plans the copy of the tables that wait, and has it done. See tables.hpp.
#include "apply/copy/tables.hpp"

#include "apply/copy/copy_worker.hpp"
#include "apply/copy/table_states.hpp"
#include "apply/state/followed_tables.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "pgstat.h"
#include "replication/origin.h"
#include "storage/ipc.h"
}

namespace pg_follower::apply {
namespace {

int by_size(const void *a, const void *b)
{
    int64 first = static_cast<const SourceTable *>(a)->bytes;
    int64 second = static_cast<const SourceTable *>(b)->bytes;
    return first > second ? -1 : first < second;
}

// The tables that wait, the largest first, or one of them.
SourceTable *plan(Copy &copy, Oid only, int &count)
{
    SourceTable *planned = nullptr;
    in_transaction(copy, [&] {
        int known_count;
        const SourceTable *known = copy.source.list_tables(known_count);
        note_sizes(copy.follow->id, known, known_count);
        const List *waiting = waiting_tables(copy.follow->id);
        planned = allocate_in<SourceTable>(copy.context, list_length(waiting));
        count = 0;
        for (Oid relid : each_oid(waiting)) {
            if (OidIsValid(only) && relid != only)
                continue;
            planned[count] = {relid, 0, -1};
            for (int low = 0, high = known_count; low < high;) {
                int middle = (low + high) / 2;
                if (known[middle].relid == relid)
                    planned[count] = known[middle];
                if (known[middle].relid < relid)
                    low = middle + 1;
                else
                    high = middle;
            }
            ++count;
        }
    });
    qsort(planned, count, sizeof(*planned), by_size);
    return planned;
}

struct Work {
    Copy copy;
    CopyTeam team;
};

// Whatever ends the copy, no other process goes on with it, and the upstream's session is closed.
void end_work(int, Datum argument)
{
    auto work = reinterpret_cast<Work *>(DatumGetPointer(argument));
    work->team.end();
    work->copy.source.close();
}

} // namespace

void copy_tables(const Follow &follow, const char *snapshot, XLogRecPtr lsn, Oid only, Source &source)
{
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_follower copy", ALLOCSET_DEFAULT_SIZES);
    auto work = allocate_zeroed_in<Work>(context);
    work->copy = {context, &follow, snapshot, lsn, !OidIsValid(only), source};
    source = {};
    MemoryContext caller = MemoryContextSwitchTo(context);
    // The transactions of the copy must not move the follow's position.
    RepOriginId origin = replorigin_session_origin;
    replorigin_session_origin = InvalidRepOriginId;
    PG_ENSURE_ERROR_CLEANUP(end_work, PointerGetDatum(work));
    {
        if (!work->copy.source.is_open())
            work->copy.source.open(follow, snapshot);
        int count;
        const SourceTable *planned = plan(work->copy, only, count);
        work->team.copy(work->copy, planned, count);
    }
    PG_END_ENSURE_ERROR_CLEANUP(end_work, PointerGetDatum(work));
    end_work(0, PointerGetDatum(work));
    replorigin_session_origin = origin;
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
}

void analyze_parents(const Follow &follow)
{
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_follower copy", ALLOCSET_DEFAULT_SIZES);
    MemoryContextScope scope(context);
    Copy copy = {context, &follow, nullptr, 0, false, {}};
    List *parents = NIL;
    in_transaction(copy, [&] {
        MemoryContextScope lasting(context);
        parents = parents_of_copied_tables(follow.id);
    });
    for (Oid parent : each_oid(parents))
        analyze(copy, parent);
    pgstat_report_activity(STATE_IDLE, nullptr);
    MemoryContextSwitchTo(TopMemoryContext);
    MemoryContextDelete(context);
}

} // namespace pg_follower::apply
