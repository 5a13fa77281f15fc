// The beginning of the processes that help a worker. See helper_process.hpp.
#include "apply/state/helper_process.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
}

namespace pg_follower::apply {

void *enter_helper(Datum argument, void (*on_sigterm)(int))
{
    pqsignal(SIGTERM, on_sigterm);
    BackgroundWorkerUnblockSignals();
    dsm_segment *segment = dsm_attach(DatumGetUInt32(argument));
    if (!segment)
        proc_exit(0);
    return dsm_segment_address(segment);
}

} // namespace pg_follower::apply
