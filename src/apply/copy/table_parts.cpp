// The steps of a copy in parts. See table_parts.hpp.
#include "apply/copy/table_parts.hpp"

#include "apply/copy/table_states.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "pgstat.h"
#include "storage/lmgr.h"
}

namespace pg_follower::apply {
namespace {

// Runs `body` in a transaction with the table, locked so. Returns what it returns; where that is false, the transaction
// has changed nothing. True where the table has been dropped.
template <typename Body> bool with_table(const Copy &copy, Oid relid, LOCKMODE lock, Body body)
{
    bool done = attempt(copy, [&] {
        Relation table = try_table_open(relid, lock);
        if (!table)
            return true;
        ErrorContextScope context(describe_table, static_cast<void *>(table));
        show_table(table);
        bool kept = body(table);
        table_close(table, NoLock);
        return kept;
    });
    pgstat_report_activity(STATE_IDLE, nullptr);
    return done;
}

} // namespace

Beginning begin_parts(Copy &copy, const SourceTable &table, List *&indexes)
{
    Beginning beginning = Beginning::whole;
    indexes = NIL;
    (void)with_table(copy, table.relid, AccessExclusiveLock, [&](Relation relation) {
        if (relation->rd_rel->relkind != RELKIND_RELATION || !has_rows_of_upstream(relation))
            return false;
        beginning = Beginning::waits;
        if (!copy.source.lock(relation))
            return false;
        note_begin(copy.follow->id, table.relid);
        List *to_be_built = empty_for_parts(relation, tell_followers(copy));
        if (!copy.source.release())
            return false;
        MemoryContextScope lasting(copy.context);
        indexes = list_copy(to_be_built);
        beginning = Beginning::begun;
        return true;
    });
    PGF_FAILPOINT(parts_begun);
    if (beginning == Beginning::waits)
        in_transaction(copy, [&] { note_changed(copy.follow->id, table.relid); });
    return beginning;
}

bool copy_part(Copy &copy, Oid relid, const BlockRange &part, Loaded &loaded)
{
    return with_table(copy, relid, RowExclusiveLock, [&](Relation table) {
        if (!copy.source.lock(table))
            return false;
        (void)tell_followers(copy);
        loaded = add_rows(table, copy.source, part);
        note_part(copy.follow->id, relid, loaded);
        PGF_FAILPOINT(part_copied);
        return copy.source.release();
    });
}

void build_index_of_parts(Copy &copy, Oid relid, Oid index)
{
    (void)with_table(copy, relid, ShareLock, [&](Relation table) {
        build_index(table, index);
        PGF_FAILPOINT(part_index_built);
        return true;
    });
}

void end_parts(Copy &copy, Oid relid, const Loaded &loaded)
{
    in_transaction(copy, [&] { note_copied(copy.follow->id, relid, copy.lsn, loaded); });
    give_statistics(copy, relid, loaded.rows);
}

void abandon_parts(const Copy &copy, Oid relid)
{
    in_transaction(copy, [&] {
        // Nobody is waited for: after an error others may wait for this process. The next copy empties the table, too.
        if (ConditionalLockRelationOid(relid, AccessExclusiveLock))
            if (Relation table = try_table_open(relid, NoLock)) {
                give_up_parts(table, tell_followers(copy));
                table_close(table, NoLock);
            }
    });
}

} // namespace pg_follower::apply
