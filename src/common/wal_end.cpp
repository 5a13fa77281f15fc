// The position that follows the last record. See wal_end.hpp.
#include "pg_follower/wal_end.hpp"

extern "C" {
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "access/xlogrecovery.h"
}

namespace pg_follower {

XLogRecPtr end_of_wal()
{
    if (RecoveryInProgress())
        return GetXLogReplayRecPtr(nullptr);
    XLogRecPtr end = GetXLogInsertRecPtr();
    // At the begin of a page the server counts the page's header, too. Who reads WAL is there only when a record
    // follows.
    if (XLogSegmentOffset(end, wal_segment_size) == SizeOfXLogLongPHD)
        return end - SizeOfXLogLongPHD;
    if (end % XLOG_BLCKSZ == SizeOfXLogShortPHD)
        return end - SizeOfXLogShortPHD;
    return end;
}

} // namespace pg_follower
