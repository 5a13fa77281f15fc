// See skipped.hpp.
#include "apply/state/skipped.hpp"

#include "apply/state/internal_relation.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {

void insert_skipped(int32 follow, const NameData &follow_name, const UpstreamTransaction &transaction, int32 number,
                    const SkippedStatement &statement)
{
    Relation relation = table_open(internal_relation("skipped"), RowExclusiveLock);
    Datum values[] = {
        Int32GetDatum(follow),
        NameGetDatum(&follow_name),
        TransactionIdGetDatum(transaction.xid),
        LSNGetDatum(transaction.commit_lsn),
        TimestampTzGetDatum(transaction.commit_time),
        Int32GetDatum(number),
        CStringGetTextDatum(statement.command),
        CStringGetTextDatum(statement.object),
        CStringGetTextDatum(statement.role),
        statement.sql ? CStringGetTextDatum(statement.sql) : (Datum)0,
        TimestampTzGetDatum(GetCurrentTimestamp()), // skipped_at
        (Datum)0,                                   // resolved_at
    };
    bool nulls[lengthof(values)] = {};
    nulls[lengthof(values) - 3] = !statement.sql;
    nulls[lengthof(values) - 1] = true;
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    table_close(relation, NoLock);
}

} // namespace pg_follower::apply
