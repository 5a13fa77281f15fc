// The queue of tables to copy, and those who work on it. See copy_worker.hpp.
#include "apply/copy/copy_worker.hpp"

#include "apply/copy/table_states.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/error_class.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/state/registration.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/xact.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/spin.h"
#include "tcop/tcopprot.h"

PGDLLEXPORT void pg_follower_copy_worker_main(Datum argument);
}

namespace pg_follower::apply {

// In dynamic shared memory.
struct CopyQueue {
    Oid database;
    int32 follow;
    XLogRecPtr lsn;
    char snapshot[64];
    pg_atomic_uint32 stop; // the workers are to end at once

    slock_t mutex; // protects the members up to the next comment
    int next;
    int count;
    bool has_failed;

    // Of the first error. Whoever sets has_failed writes it; it is read when all workers have ended.
    int sqlstate;
    char message[1024];
    char detail[1024];
    char hint[1024];
    char context[1024];

    // How many workers have come to the end of the queue.
    pg_atomic_uint32 done;

    SourceTable tables[FLEXIBLE_ARRAY_MEMBER];

    // The next table. Returns false where there is none.
    bool take(SourceTable &table);
    // Leaves the tables that nobody has taken.
    void close();
    void fail(const ErrorData *error);
    [[noreturn]] void raise() const;
};

bool CopyQueue::take(SourceTable &table)
{
    SpinLockAcquire(&mutex);
    bool taken = next < count;
    if (taken)
        table = tables[next++];
    SpinLockRelease(&mutex);
    return taken;
}

void CopyQueue::close()
{
    SpinLockAcquire(&mutex);
    next = count;
    SpinLockRelease(&mutex);
}

void CopyQueue::fail(const ErrorData *error)
{
    SpinLockAcquire(&mutex);
    bool first = !has_failed;
    has_failed = true;
    SpinLockRelease(&mutex);
    if (!first)
        return;
    auto keep = [](char(&to)[1024], const char *from) { strlcpy(to, from ? from : "", sizeof(to)); };
    sqlstate = error->sqlerrcode;
    keep(message, error->message);
    keep(detail, error->detail);
    keep(hint, error->hint);
    keep(context, error->context);
}

void CopyQueue::raise() const
{
    ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", message), *detail ? errdetail_internal("%s", detail) : 0,
                    *hint ? errhint("%s", hint) : 0, *context ? errcontext("%s", context) : 0));
    pg_unreachable();
}

namespace {

// Whether an error says something about the table at hand, so that others can still be copied.
bool is_about_table(int sqlstate)
{
    ErrorMeaning meaning = meaning_of(sqlstate);
    return meaning == ErrorMeaning::lasting || meaning == ErrorMeaning::value;
}

// Ends the transaction that has failed, and says in the table's row why. Returns the error.
ErrorData *end_failed(Copy &copy, Oid relid)
{
    HOLD_INTERRUPTS();
    MemoryContextSwitchTo(copy.context);
    ErrorData *error = CopyErrorData();
    FlushErrorState();
    AbortOutOfAnyTransaction();
    in_transaction(copy, [&] { note_waiting(copy.follow->id, relid, error->message); });
    RESUME_INTERRUPTS();
    return error;
}

// Copies tables as long as the queue has any.
void work(Copy &copy, CopyQueue &queue)
{
    SourceTable table;
    while (queue.take(table)) {
        PG_TRY();
        {
            copy_table(copy, table);
        }
        PG_CATCH();
        {
            ErrorData *error = end_failed(copy, table.relid);
            if (!is_about_table(error->sqlerrcode)) {
                queue.close();
                ReThrowError(error);
            }
            queue.fail(error);
            // It may stand in the middle of a COPY.
            copy.source.close();
            copy.source.open(*copy.follow, copy.snapshot);
        }
        PG_END_TRY();
    }
}

} // namespace

void CopyTeam::start_workers(const Copy &copy, int count)
{
    workers_ = allocate<BackgroundWorkerHandle *>(count);
    BackgroundWorker entry =
        describe_worker(copy_worker_name(NameStr(copy.follow->name)), "pg_follower_copy_worker_main");
    entry.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment_));
    entry.bgw_notify_pid = MyProcPid;
    while (worker_count_ < count && RegisterDynamicBackgroundWorker(&entry, &workers_[worker_count_]))
        ++worker_count_;
    if (worker_count_ < count)
        ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                      errmsg("tables are copied by %d processes instead of %d: no background worker slot is free",
                             worker_count_ + 1, count + 1)));
}

// Whether a worker has not ended.
bool CopyTeam::is_at_work()
{
    for (int i = 0; i < worker_count_; ++i) {
        pid_t pid;
        if (GetBackgroundWorkerPid(workers_[i], &pid) != BGWH_STOPPED)
            return true;
    }
    return false;
}

void CopyTeam::copy(Copy &copy, const SourceTable *tables, int count)
{
    if (count == 0)
        return;
    segment_ = dsm_create(offsetof(CopyQueue, tables) + count * sizeof(SourceTable), 0);
    queue_ = static_cast<CopyQueue *>(dsm_segment_address(segment_));
    memset(queue_, 0, offsetof(CopyQueue, tables));
    queue_->database = MyDatabaseId;
    queue_->follow = copy.follow->id;
    queue_->lsn = copy.lsn;
    strlcpy(queue_->snapshot, copy.snapshot, sizeof(queue_->snapshot));
    pg_atomic_init_u32(&queue_->stop, 0);
    pg_atomic_init_u32(&queue_->done, 0);
    SpinLockInit(&queue_->mutex);
    queue_->count = count;
    memcpy(queue_->tables, tables, count * sizeof(SourceTable));

    start_workers(copy, Min(settings.copy_workers, count) - 1);
    work(copy, *queue_);
    while (is_at_work())
        pause_briefly(poll_milliseconds);
    if (queue_->has_failed)
        queue_->raise();
    if (pg_atomic_read_u32(&queue_->done) < static_cast<uint32>(worker_count_))
        ereport(ERROR, (errcode(ERRCODE_ADMIN_SHUTDOWN), errmsg("a process that copied tables was terminated")));
}

void CopyTeam::end()
{
    if (!queue_)
        return;
    HOLD_INTERRUPTS();
    pg_atomic_write_u32(&queue_->stop, 1);
    for (int i = 0; i < worker_count_; ++i)
        TerminateBackgroundWorker(workers_[i]);
    for (int i = 0; i < worker_count_; ++i)
        (void)WaitForBackgroundWorkerShutdown(workers_[i]);
    dsm_detach(segment_);
    queue_ = nullptr;
    RESUME_INTERRUPTS();
}

namespace {

CopyQueue *own_queue = nullptr; // of a worker

// On SIGTERM. The process that asked for the copy ends it by a cancel, after which the table at hand is said to wait.
// A signal from anybody else ends the process as usual.
void handle_sigterm(int)
{
    int saved_errno = errno;
    if (own_queue && pg_atomic_read_u32(&own_queue->stop) != 0)
        QueryCancelPending = true;
    else
        ProcDiePending = true;
    InterruptPending = true;
    SetLatch(MyLatch);
    errno = saved_errno;
}

void close_source(int, Datum copy)
{
    reinterpret_cast<Copy *>(DatumGetPointer(copy))->source.close();
}

// A worker's part of the copy.
void take_part()
{
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_follower copy", ALLOCSET_DEFAULT_SIZES);
    auto copy = allocate_zeroed_in<Copy>(context);
    *copy = {context, nullptr, own_queue->snapshot, own_queue->lsn, {}};
    in_transaction(*copy, [&] {
        MemoryContextScope lasting(context);
        copy->follow = find_follow(own_queue->follow);
    });
    if (!copy->follow)
        return;
    PG_ENSURE_ERROR_CLEANUP(close_source, PointerGetDatum(copy));
    {
        copy->source.open(*copy->follow, copy->snapshot);
        work(*copy, *own_queue);
    }
    PG_END_ENSURE_ERROR_CLEANUP(close_source, PointerGetDatum(copy));
    close_source(0, PointerGetDatum(copy));
}

} // namespace
} // namespace pg_follower::apply

void pg_follower_copy_worker_main(Datum argument)
{
    using namespace pg_follower::apply;
    pqsignal(SIGTERM, handle_sigterm);
    BackgroundWorkerUnblockSignals();
    // Where the process that asked for the copy has ended, there is nothing to be done.
    dsm_segment *segment = dsm_attach(DatumGetUInt32(argument));
    if (!segment)
        proc_exit(0);
    own_queue = static_cast<CopyQueue *>(dsm_segment_address(segment));
    BackgroundWorkerInitializeConnectionByOid(own_queue->database, InvalidOid, 0);
    process_session_preload_libraries();
    start_session();
    PG_TRY();
    {
        take_part();
        pg_atomic_fetch_add_u32(&own_queue->done, 1);
    }
    PG_CATCH();
    {
        HOLD_INTERRUPTS();
        MemoryContextSwitchTo(TopMemoryContext);
        const ErrorData *error = CopyErrorData();
        FlushErrorState();
        AbortOutOfAnyTransaction();
        // The process that asked for the copy raises it.
        own_queue->fail(error);
        pg_atomic_fetch_add_u32(&own_queue->done, 1);
    }
    PG_END_TRY();
    proc_exit(0);
}
