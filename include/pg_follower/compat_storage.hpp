// The part of compat.hpp about the storage of tables: differences between 15 and 18.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "catalog/index.h"
#include "utils/rel.h"
#include "utils/relcache.h"
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

} // namespace pg_follower
