// The part of compat.hpp about the storage of tables: differences between 15 and 18.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/multixact.h"
#include "access/visibilitymap.h"
#include "catalog/index.h"
#include "commands/vacuum.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"
}

namespace pg_follower {

// Gives a table new storage, which is empty. The old one goes with the commit.
inline void set_new_storage(Relation table)
{
#if PG_VERSION_NUM >= 160000
    RelationSetNewRelfilenumber(table, table->rd_rel->relpersistence);
#else
    RelationSetNewRelfilenode(table, table->rd_rel->relpersistence);
#endif
}

// Builds an index of a locked table anew, which shows its progress. It is valid then.
inline void rebuild_index(Oid index, char persistence)
{
    ReindexParams parameters = {};
    parameters.options = REINDEXOPT_REPORT_PROGRESS;
#if PG_VERSION_NUM >= 170000
    reindex_index(nullptr, index, false, persistence, &parameters);
#else
    reindex_index(index, false, persistence, &parameters);
#endif
}

// Notes of a table, as ANALYZE does, how large it is, and that its statistics are those of so many rows.
inline void note_analyzed(Relation table, double rows)
{
    BlockNumber visible, frozen;
    visibilitymap_count(table, &visible, &frozen);
    BlockNumber blocks = RelationGetNumberOfBlocks(table);
    bool has_index = table->rd_rel->relhasindex;
#if PG_VERSION_NUM >= 180000
    vac_update_relstats(table, blocks, rows, visible, frozen, has_index, InvalidTransactionId, InvalidMultiXactId,
                        nullptr, nullptr, true);
    pgstat_report_analyze(table, static_cast<PgStat_Counter>(rows), 0, true, GetCurrentTimestamp());
#else
    vac_update_relstats(table, blocks, rows, visible, has_index, InvalidTransactionId, InvalidMultiXactId, nullptr,
                        nullptr, true);
    pgstat_report_analyze(table, static_cast<PgStat_Counter>(rows), 0, true);
#endif
}

} // namespace pg_follower
