// Applies a transaction ahead of its commit. See stream_worker.hpp.
//
// What has to wait for the transaction's turn is nothing for a stream worker, which gives up when it meets it: DDL and
// TRUNCATE, whose locks nobody shall wait for; rows whose triggers, rules or checks may see other transactions' rows;
// rows that are not found, which are noted with the position of the commit; and all of it where somebody follows this
// database, since its WAL then says that position in front of the rows.
//
// The leader may need a lock that a stream worker holds: what is independent upstream, need not be so here, where there
// may be other keys. The stream worker, which waits for the leader's next message, is not waiting for a lock, so the
// server's deadlock detection sees no circle. So a stream worker that has nothing to do looks whether anybody waits for
// a lock of its own, and gives up then: the leader, another stream worker, or a session of somebody else, who is not to
// wait for a transaction that may stay open upstream for hours. Nor does it stay in a transaction without work for
// long, because that keeps vacuum from removing dead rows. A stream worker that waits for a lock itself is seen by the
// server's own detection; its deadlock_timeout is short, so that it is the one to give up.
//
// Its commit is the leader's to decide, and exactly one: the replication origin, which only one process can have, and
// which says what has been applied, is taken for the commit and moved by it. A leader that takes the place of one that
// has ended meanwhile either finds the origin moved, or takes it, and then the stream worker cannot commit any more.
#include "apply/worker/stream_worker.hpp"

#include "apply/execute/rows.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/dropped_objects.hpp"
#include "apply/state/helper_process.hpp"
#include "apply/state/own_transaction.hpp"
#include "apply/state/registration.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/followers.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "replication/origin.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

PGDLLEXPORT void pg_follower_stream_worker_main(Datum argument);
}

#include <fcntl.h>

namespace pg_follower::apply {

// Where the two are: each moves it on by one.
enum StreamStep : uint32 {
    step_applying,   // the leader has more to come
    step_finishing,  // the leader has told all
    step_finished,   // the stream worker has applied all
    step_committing, // the leader has given the origin away
    step_committed,  // the stream worker has committed
    step_given_up,   // or it has ended without that
};

struct StreamTask {
    Oid database;
    int32 follow;
    RepOriginId origin;
    TransactionId xid;
    char path[MAXPGPATH];
    pg_atomic_uint64 readable; // bytes of the spool
    pg_atomic_uint32 step;
    StreamCommitRecord commit; // set before step_committing
    XLogRecPtr local_end;      // set before step_committed
    Counts counts;             // the same
    ConditionVariable changed;
};

namespace {

// How often the process that waits for the other one looks whether that is still there, or whether it is in the way.
constexpr long look_milliseconds = 200;
constexpr long most_idle_milliseconds = 30000;
// Subtransactions that nobody has rolled back; each is inside of the one before.
constexpr int most_parts = 50;

const char *stream_worker_name(const char *follow_name)
{
    constexpr const char *name = "pg_follower stream worker";
    return strcmp(follow_name, "default") == 0 ? name : psprintf("%s %s", name, follow_name);
}

int running = 0; // of this process's stream workers

} // namespace

// ---------------------------------------------------------------------------------------------------------- the leader

void StreamWorker::start(Spool &spool, int32 follow, const char *follow_name, RepOriginId origin)
{
    if (running >= settings.max_stream_workers)
        return;
    MemoryContextScope scope(TopMemoryContext);
    dsm_segment *segment = dsm_create(sizeof(StreamTask), DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (!segment)
        return;
    dsm_pin_mapping(segment);
    auto task = static_cast<StreamTask *>(dsm_segment_address(segment));
    memset(task, 0, sizeof(*task));
    task->database = MyDatabaseId;
    task->follow = follow;
    task->origin = origin;
    task->xid = spool.xid();
    strlcpy(task->path, spool.path(), sizeof(task->path));
    pg_atomic_init_u64(&task->readable, 0);
    pg_atomic_init_u32(&task->step, step_applying);
    ConditionVariableInit(&task->changed);
    BackgroundWorker entry = describe_worker(stream_worker_name(follow_name), "pg_follower_stream_worker_main");
    entry.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment));
    entry.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle *process;
    if (!RegisterDynamicBackgroundWorker(&entry, &process)) {
        dsm_detach(segment);
        return;
    }
    spool.ahead = allocate<StreamWorker>();
    *spool.ahead = {};
    spool.ahead->segment_ = segment;
    spool.ahead->task_ = task;
    spool.ahead->process_ = process;
    ++running;
}

uint64 StreamWorker::readable() const
{
    return pg_atomic_read_u64(&task_->readable);
}

void StreamWorker::read_up_to(uint64 offset)
{
    pg_atomic_write_u64(&task_->readable, offset);
    ConditionVariableBroadcast(&task_->changed);
}

bool StreamWorker::has_given_up() const
{
    return pg_atomic_read_u32(&task_->step) == step_given_up;
}

// Moves the two on to `step`, unless the other one has given up.
void StreamWorker::order(uint32 step)
{
    uint32 before = step - 1;
    (void)pg_atomic_compare_exchange_u32(&task_->step, &before, step);
    ConditionVariableBroadcast(&task_->changed);
}

// Waits until the stream worker has gone on from `step`. Returns where it is.
uint32 StreamWorker::wait_past(uint32 step)
{
    uint32 now;
    while ((now = pg_atomic_read_u32(&task_->step)) == step) {
        pid_t pid;
        if (GetBackgroundWorkerPid(process_, &pid) == BGWH_STOPPED) {
            now = pg_atomic_read_u32(&task_->step);
            if (now == step)
                now = step_given_up;
            break;
        }
        (void)ConditionVariableTimedSleep(&task_->changed, look_milliseconds, WAIT_EVENT_LOGICAL_APPLY_MAIN);
    }
    ConditionVariableCancelSleep();
    return now;
}

bool StreamWorker::finish()
{
    order(step_finishing);
    return wait_past(step_finishing) == step_finished;
}

XLogRecPtr StreamWorker::commit(const StreamCommitRecord &record, Counts &counts)
{
    task_->commit = record;
    pg_write_barrier();
    order(step_committing);
    if (wait_past(step_committing) != step_committed)
        return InvalidXLogRecPtr;
    pg_read_barrier();
    counts.rows += task_->counts.rows;
    return task_->local_end;
}

void StreamWorker::end(Spool &spool)
{
    StreamWorker *ended = spool.ahead;
    if (!ended)
        return;
    spool.ahead = nullptr;
    TerminateBackgroundWorker(ended->process_);
    (void)WaitForBackgroundWorkerShutdown(ended->process_);
    dsm_detach(ended->segment_);
    pfree(ended->process_);
    pfree(ended);
    --running;
}

// --------------------------------------------------------------------------------------------------- the stream worker

namespace {

StreamTask *own_task = nullptr;

struct Ahead {
    Progress progress;
    Rows rows;
    MemoryContext memory; // of the message in hand
    uint64 number;        // of the transaction, for Rows; another one when locks may have been released
    TransactionId parts[most_parts];
    Counts before[most_parts]; // what was counted when the part began
    int part_count;
};

[[noreturn]] void give_up(const char *reason)
{
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg_internal("%s", reason)));
    pg_unreachable();
}

// Whether a process waits for a lock that this one holds.
bool is_in_the_way()
{
    bool found = false;
    for (uint32 i = 0; i < ProcGlobal->allProcCount && !found; ++i) {
        const PGPROC &process = ProcGlobal->allProcs[i];
        int pid = process.pid;
        if (pid == 0 || pid == MyProcPid || process.waitStatus != PROC_WAIT_STATUS_WAITING)
            continue;
        ArrayType *blockers = DatumGetArrayTypeP(DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(pid)));
        auto pids = reinterpret_cast<const int32 *>(ARR_DATA_PTR(blockers));
        int count = ArrayGetNItems(ARR_NDIM(blockers), ARR_DIMS(blockers));
        for (int k = 0; k < count; ++k)
            found |= pids[k] == MyProcPid;
        pfree(blockers);
    }
    return found;
}

// Waits until there is more to read, or the leader goes on.
void wait_for_leader(uint64 read, uint32 step)
{
    pgstat_report_activity(STATE_IDLEINTRANSACTION, nullptr);
    TimestampTz since = GetCurrentTimestamp();
    while (pg_atomic_read_u64(&own_task->readable) == read && pg_atomic_read_u32(&own_task->step) == step) {
        if (!ConditionVariableTimedSleep(&own_task->changed, look_milliseconds, WAIT_EVENT_LOGICAL_APPLY_MAIN))
            continue;
        // While the leader commits, and while it only waits for this process, nobody else is to be looked after.
        if (is_in_the_way())
            give_up("somebody waits for a lock of it");
        if (step == step_applying && TimestampDifferenceExceeds(since, GetCurrentTimestamp(), most_idle_milliseconds))
            give_up("nothing has come of it for a while");
    }
    ConditionVariableCancelSleep();
    pgstat_report_activity(STATE_RUNNING, nullptr);
}

int find_part(const Ahead &ahead, TransactionId part)
{
    int i = ahead.part_count - 1;
    while (i >= 0 && ahead.parts[i] != part)
        --i;
    return i;
}

void enter_part(Ahead &ahead, TransactionId part)
{
    if (part == own_task->xid || find_part(ahead, part) >= 0)
        return;
    if (ahead.part_count == most_parts)
        give_up("it has many subtransactions");
    ahead.rows.flush();
    ahead.parts[ahead.part_count] = part;
    ahead.before[ahead.part_count++] = ahead.progress.counts;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(ahead.memory);
}

void roll_back_part(Ahead &ahead, TransactionId part)
{
    int place = find_part(ahead, part);
    if (place < 0)
        return;
    ahead.rows.forget_waiting();
    // From version 16 on a rollback moves the origin, too, which this process does not have yet.
    replorigin_session_origin = InvalidRepOriginId;
    while (ahead.part_count > place) {
        RollbackAndReleaseCurrentSubTransaction();
        ahead.progress.counts = ahead.before[--ahead.part_count];
    }
    replorigin_session_origin = own_task->origin;
    MemoryContextSwitchTo(ahead.memory);
    ++ahead.number;
}

void apply_record(Ahead &ahead, StreamReader &reader)
{
    Record type = reader.next_type();
    switch (type) {
    case Record::part:
        enter_part(ahead, reader.read_part().part);
        return;
    case Record::stream_abort:
        roll_back_part(ahead, reader.read_part().part);
        return;
    case Record::statement:
        ahead.rows.define(reader.read_statement());
        return;
    case Record::row:
        ahead.rows.row(reader, ahead.number, settings.max_batch_rows);
        return;
    case Record::ddl:
        if (reader.read_ddl().kind != DdlKind::sources)
            give_up("it has DDL");
        return;
    default:
        give_up("it has more than rows");
    }
}

void apply_message(Ahead &ahead, const char *message, size_t size)
{
    MemoryContextSwitchTo(ahead.memory);
    StreamReader reader(message, size);
    while (!reader.at_end())
        apply_record(ahead, reader);
    ahead.progress.position.set(nullptr, nullptr, nullptr);
    MemoryContextReset(ahead.memory);
}

// Applies what comes until the leader has told all.
void apply_spool(Ahead &ahead, MemoryContext lasting)
{
    File file = PathNameOpenFile(own_task->path, O_RDONLY | PG_BINARY);
    if (file < 0)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", own_task->path)));
    MemoryContextSwitchTo(lasting);
    SpoolReader messages(file, own_task->path, nullptr, 0);
    for (;;) {
        // In this order: what is readable when the leader has told all, is all.
        uint32 step = pg_atomic_read_u32(&own_task->step);
        pg_read_barrier();
        uint64 readable = pg_atomic_read_u64(&own_task->readable);
        const char *message;
        size_t size;
        while (messages.next(readable, message, size)) {
            CHECK_FOR_INTERRUPTS();
            apply_message(ahead, message, size);
        }
        if (step != step_applying)
            break;
        wait_for_leader(readable, step);
    }
    ahead.rows.flush();
    FileClose(file);
}

void commit_ahead(Ahead &ahead)
{
    HOLD_INTERRUPTS();
    const StreamCommitRecord &commit = own_task->commit;
    setup_session_origin(own_task->origin);
    replorigin_session_origin_lsn = commit.end_lsn;
    replorigin_session_origin_timestamp = commit.begin.commit_time;
    while (ahead.part_count > 0) {
        ReleaseCurrentSubTransaction();
        --ahead.part_count;
    }
    PopActiveSnapshot();
    CommitTransactionCommand();
    own_task->local_end = XactLastCommitEnd;
    own_task->counts = ahead.progress.counts;
    replorigin_session_origin = InvalidRepOriginId;
    replorigin_session_reset();
    pg_write_barrier();
    pg_atomic_write_u32(&own_task->step, step_committed);
    ConditionVariableBroadcast(&own_task->changed);
    RESUME_INTERRUPTS();
}

void apply_ahead()
{
    auto ahead = allocate_zeroed_in<Ahead>(TopMemoryContext);
    *ahead = {};
    ahead->memory = AllocSetContextCreate(TopMemoryContext, "pg_follower message", ALLOCSET_DEFAULT_SIZES);
    MemoryContext lasting = AllocSetContextCreate(TopMemoryContext, "pg_follower spool", ALLOCSET_DEFAULT_SIZES);
    ahead->progress.position.upstream_xid = own_task->xid;
    ahead->number = 1;
    start_session();
    SetConfigOption("deadlock_timeout", "100ms", PGC_SUSET, PGC_S_SESSION);
    start_dropped_objects(own_task->follow);
    ahead->rows.start(&ahead->progress, own_task->follow);
    ahead->rows.apply_ahead();
    replorigin_session_origin = own_task->origin;
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    // A slot that is made after this waits for the end of a transaction that has an id.
    (void)GetTopTransactionId();
    if (anybody_follows())
        give_up("somebody follows this database");
    apply_spool(*ahead, lasting);
    uint32 finishing = step_finishing;
    if (!pg_atomic_compare_exchange_u32(&own_task->step, &finishing, step_finished))
        give_up("the leader has gone on without it");
    ConditionVariableBroadcast(&own_task->changed);
    wait_for_leader(pg_atomic_read_u64(&own_task->readable), step_finished);
    pg_read_barrier();
    commit_ahead(*ahead);
}

// On SIGTERM, from the leader, the postmaster or anybody else: what is being done is cancelled, and the process ends.
void handle_sigterm(int)
{
    int saved_errno = errno;
    QueryCancelPending = true;
    InterruptPending = true;
    SetLatch(MyLatch);
    errno = saved_errno;
}

// Before the transaction, if one is open, is rolled back; see roll_back_part().
void tell_end(int, Datum)
{
    replorigin_session_origin = InvalidRepOriginId;
    if (pg_atomic_read_u32(&own_task->step) != step_committed)
        pg_atomic_write_u32(&own_task->step, step_given_up);
    ConditionVariableBroadcast(&own_task->changed);
}

} // namespace
} // namespace pg_follower::apply

void pg_follower_stream_worker_main(Datum argument)
{
    using namespace pg_follower::apply;
    own_task = static_cast<StreamTask *>(enter_helper(argument, handle_sigterm));
    BackgroundWorkerInitializeConnectionByOid(own_task->database, InvalidOid, 0);
    before_shmem_exit(tell_end, static_cast<Datum>(0));
    process_session_preload_libraries();
    PG_TRY();
    {
        apply_ahead();
    }
    PG_CATCH();
    {
        HOLD_INTERRUPTS();
        MemoryContextSwitchTo(TopMemoryContext);
        const ErrorData *error = CopyErrorData();
        FlushErrorState();
        replorigin_session_origin = InvalidRepOriginId;
        AbortOutOfAnyTransaction();
        // What is wrong, if anything, the leader will find out and tell.
        ereport(DEBUG1, (errmsg("transaction %u of the upstream is applied at its commit", own_task->xid),
                         errdetail_internal("%s", error->message ? error->message : "no message")));
    }
    PG_END_TRY();
    proc_exit(0);
}
