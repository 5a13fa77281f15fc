// The tables whose rows are copied, as rows of the table follower.followed_table.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/xlogdefs.h"
}

namespace pg_follower::apply {

// All of these need a transaction, see what is committed or was done in it, and write through SPI as the worker.

// Has all tables of this database wait that hold rows of the upstream and are not known yet: ordinary tables that are
// logged and materialized views, but for the extension's own and those whose rows are not to follow.
void wait_for_all_tables(int32 follow);
// Notes that the tables which are here already, but for those of extensions, keep the rows that they have.
void keep_existing_tables(int32 follow);
// Has the materialized views wait that are not waiting already: their rows were made here while tables were missing.
void wait_for_views(int32 follow);
// Has one table wait. It becomes empty with its copy, not before.
void wait_for_table(int32 follow, Oid table);

// Forgets tables that have been dropped, and takes back what a process that ended left `copying`. Only where no process
// copies.
void tidy_followed_tables(int32 follow);

// The OIDs of the tables that wait.
List *waiting_tables(int32 follow);
// Of those, one that the upstream has changed so often, or more often, before it could be copied, the one with the
// fewest changes first; InvalidOid where there is none.
Oid table_that_changes(int32 follow, int often);
// Whether a row that this transaction has written came with the follow's copy of the table.
bool came_with_copy(int32 follow, Oid table, TransactionId xid);
// The OIDs of the tables, partitioned or not, to which the rows of tables that are copied belong by inheritance.
List *parents_of_copied_tables(int32 follow);
// All that are copied follow from here on. None may be left that waits.
void end_copies(int32 follow);
// For drop_follow.
void forget_followed_tables(int32 follow);

} // namespace pg_follower::apply
