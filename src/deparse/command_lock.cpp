// The lock of commands.
//
// A downstream that copies the schema reads it with pg_dump, and pg_dump asks functions of the server that show what is
// there now, not what its snapshot shows. So no command may be at work meanwhile; and each must be told to be before or
// after what is read, because those after it come in the stream.
//
// So each transaction with commands that follow holds a weak lock on the extension until its end, and who reads the
// schema holds a strong one. Commands take it as early as they can, before they lock anything else, so that a command
// that waits is in nobody's way; and once more before they are written to WAL, because a command in several
// transactions (CREATE INDEX CONCURRENTLY) lost it with the first one, and because the first follower may have come
// while a command was running. Rows need no lock.
#include "deparse/command_lock.hpp"

#include "pg_follower/replication_role.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "access/xlog.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/pg_lsn.h"

PG_FUNCTION_INFO_V1(pg_follower_lock_commands);
PGDLLEXPORT Datum pg_follower_lock_commands(PG_FUNCTION_ARGS);
}

namespace pg_follower::deparse {
namespace {

void lock_extension(LOCKMODE mode)
{
    LockDatabaseObject(ExtensionRelationId, get_extension_oid(extension_name, false), 0, mode);
}

} // namespace

void share_command_lock()
{
    lock_extension(RowShareLock);
}

} // namespace pg_follower::deparse

// follower.lock_commands() returns pg_lsn: waits until no transaction with commands that follow is open, keeps others
// waiting until the end of its own transaction, and returns a position in WAL before which all commands have committed
// that have.
Datum pg_follower_lock_commands(PG_FUNCTION_ARGS)
{
    pg_follower::require_replication("lock_commands");
    pg_follower::deparse::lock_extension(ExclusiveLock);
    PG_RETURN_LSN(GetXLogInsertRecPtr());
}
