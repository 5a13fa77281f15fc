// The queue of tables to copy, and those who work on it. See copy_worker.hpp.
#include "apply/copy/copy_worker.hpp"

#include "apply/copy/table_parts.hpp"
#include "apply/copy/table_states.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/error_class.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/helper_process.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/state/registration.hpp"
#include "pg_follower/list.hpp"
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

namespace {

// What is to be done with a table that is copied in parts.
struct Split {
    Oid relid;
    int parts_left;   // to be copied
    int indexes_left; // to be built
    int next_index;   // of the queue's indexes, to be taken when no part is left
    int end_index;
    bool abandoned;  // it failed, or waits for a later snapshot
    char error[256]; // why it failed
    Loaded loaded;
};

// What a process takes from the queue: a table, or a part or an index of one.
struct Task {
    SourceTable table;
    int split; // number of the Split; -1 where the table is copied as a whole
    BlockRange part;
    Oid index; // InvalidOid where it is a part
};

enum class Taken {
    task,
    later, // there may be something to be done when others are done
    nothing,
};

} // namespace

// In dynamic shared memory, with the arrays that it points to behind it: by their places, since each process has the
// segment at another address.
struct CopyQueue {
    Oid database;
    int32 follow;
    XLogRecPtr lsn;
    char snapshot[64];
    pg_atomic_uint32 stop; // the workers are to end at once
    int split_count;
    Size splits_at;
    Size indexes_at;

    slock_t mutex; // protects the members up to the next comment, and the splits
    int next;
    int count;
    bool closed;
    bool has_failed;

    // Of the first error. Whoever sets has_failed writes it; it is read when all workers have ended.
    int sqlstate;
    char message[1024];
    char detail[1024];
    char hint[1024];
    char context[1024];

    // How many workers have come to the end of the queue.
    pg_atomic_uint32 done;

    Task tasks[FLEXIBLE_ARRAY_MEMBER];

    Split *splits() { return reinterpret_cast<Split *>(reinterpret_cast<char *>(this) + splits_at); }
    Oid *indexes() { return reinterpret_cast<Oid *>(reinterpret_cast<char *>(this) + indexes_at); }

    // What is to be done next.
    Taken take(Task &task);
    // Leaves what nobody has taken.
    void close();
    void fail(const ErrorData *error);
    // The task, a part or an index, is done with; `error` is why it failed. Returns whether it was the table's last:
    // then the table is to be ended, as `split` says.
    bool finish(const Task &task, bool done, const Loaded &loaded, const char *error, Split &split);
    [[noreturn]] void raise() const;
};

Taken CopyQueue::take(Task &task)
{
    SpinLockAcquire(&mutex);
    Taken taken = Taken::nothing;
    for (int i = 0; i < split_count && !closed && taken != Taken::task; ++i) {
        Split &split = splits()[i];
        if (split.parts_left == 0 && split.next_index < split.end_index && !split.abandoned) {
            task = {{split.relid, 0, 0, 0}, i, {}, indexes()[split.next_index++]};
            taken = Taken::task;
        } else if (split.parts_left > 0 && split.next_index < split.end_index)
            taken = Taken::later;
    }
    if (taken != Taken::task && !closed && next < count) {
        task = tasks[next++];
        taken = Taken::task;
    }
    SpinLockRelease(&mutex);
    return taken;
}

void CopyQueue::close()
{
    SpinLockAcquire(&mutex);
    closed = true;
    SpinLockRelease(&mutex);
}

bool CopyQueue::finish(const Task &task, bool done, const Loaded &loaded, const char *error, Split &split)
{
    SpinLockAcquire(&mutex);
    Split &shared = splits()[task.split];
    bool is_part = !OidIsValid(task.index);
    --(is_part ? shared.parts_left : shared.indexes_left);
    shared.loaded.rows += loaded.rows;
    shared.loaded.bytes += loaded.bytes;
    if (!done && !shared.abandoned && error)
        strlcpy(shared.error, error, sizeof(shared.error));
    if (!done && !shared.abandoned) {
        shared.abandoned = true;
        // Indexes that nobody has taken are not built.
        shared.indexes_left -= shared.end_index - shared.next_index;
        shared.next_index = shared.end_index;
    }
    bool last = shared.parts_left == 0 && shared.indexes_left == 0;
    split = shared;
    SpinLockRelease(&mutex);
    return last;
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

// Whether an error is somebody's request to end.
bool is_from_outside(int sqlstate)
{
    return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_OPERATOR_INTERVENTION;
}

// Ends the transaction that has failed. Returns the error.
ErrorData *end_failed(const Copy &copy)
{
    MemoryContextSwitchTo(copy.context);
    ErrorData *error = CopyErrorData();
    FlushErrorState();
    AbortOutOfAnyTransaction();
    MemoryContextSwitchTo(copy.context);
    return error;
}

// Says in the table's row that it waits, and why. Interrupts are not served.
void wait_again(const Copy &copy, Oid relid, const char *error)
{
    HOLD_INTERRUPTS();
    in_transaction(copy, [&] { note_waiting(copy.follow->id, relid, error); });
    RESUME_INTERRUPTS();
}

// Says that it waits for a later snapshot, or for what reason else.
void wait_for_change(const Copy &copy, Oid relid, const char *error)
{
    if (error)
        wait_again(copy, relid, error);
    else
        in_transaction(copy, [&] { note_changed(copy.follow->id, relid); });
}

// The task, a part or an index, is done with. If it was the table's last, the copy of the table ends.
void finish(Copy &copy, CopyQueue &queue, Task &task, bool done, const Loaded &loaded, const char *error)
{
    Split split;
    if (!queue.finish(task, done, loaded, error, split))
        return;
    // Should this fail, it is a failure of the table as a whole.
    task.split = -1;
    if (split.abandoned) {
        abandon_parts(copy, split.relid);
        wait_for_change(copy, split.relid, *split.error ? split.error : nullptr);
    } else
        end_parts(copy, split.relid, split.loaded);
}

void do_task(Copy &copy, CopyQueue &queue, Task &task)
{
    Loaded loaded = {};
    bool done = true;
    if (task.split < 0) {
        copy_table(copy, task.table);
        return;
    }
    if (OidIsValid(task.index))
        build_index_of_parts(copy, task.table.relid, task.index);
    else if (!queue.splits()[task.split].abandoned)
        done = copy_part(copy, task.table.relid, task.part, loaded);
    finish(copy, queue, task, done, loaded, nullptr);
}

// Says why a task has failed: null where it is because the upstream has changed the table.
void fail_task(Copy &copy, CopyQueue &queue, Task &task, const char *error)
{
    if (task.split < 0)
        wait_for_change(copy, task.table.relid, error);
    else
        finish(copy, queue, task, false, {}, error);
}

// Opens the source anew: it may stand in the middle of a COPY.
void open_again(Copy &copy)
{
    copy.source.close();
    copy.source.open(*copy.follow, copy.snapshot);
}

// Does what the queue has.
void work(Copy &copy, CopyQueue &queue)
{
    Task task;
    for (;;) {
        Taken taken = queue.take(task);
        if (taken == Taken::nothing)
            return;
        if (taken == Taken::later) {
            pause_briefly(poll_milliseconds);
            continue;
        }
        PG_TRY();
        {
            do_task(copy, queue, task);
        }
        PG_CATCH();
        {
            ErrorData *error = end_failed(copy);
            if (!is_about_table(error->sqlerrcode)) {
                queue.close();
                wait_again(copy, task.table.relid, is_from_outside(error->sqlerrcode) ? nullptr : error->message);
                ReThrowError(error);
            }
            open_again(copy);
            // Values that were written in another way than the snapshot shows cannot be read here.
            bool changed = copy.source.has_changed();
            if (!changed)
                queue.fail(error);
            fail_task(copy, queue, task, changed ? nullptr : error->message);
        }
        PG_END_TRY();
    }
}

// Empties the tables of which some parts are there and others will not come, after an error. Interrupts are not served.
void abandon_all(const Copy &copy, CopyQueue &queue)
{
    HOLD_INTERRUPTS();
    for (int i = 0; i < queue.split_count; ++i) {
        const Split &split = queue.splits()[i];
        if (split.parts_left > 0 || split.indexes_left > 0) {
            abandon_parts(copy, split.relid);
            wait_again(copy, split.relid, *split.error ? split.error : nullptr);
        }
    }
    RESUME_INTERRUPTS();
}

int by_size(const void *a, const void *b)
{
    int64 first = static_cast<const Task *>(a)->table.bytes;
    int64 second = static_cast<const Task *>(b)->table.bytes;
    return first > second ? -1 : first < second;
}

// The tasks of a copy, before they come into the queue.
struct Plan {
    Task *tasks;
    int count;
    int room;
    Split *splits;
    int split_count;
    List *indexes;

    void add(const Task &task)
    {
        if (count == room) {
            room *= 2;
            tasks = reallocate(tasks, room);
        }
        tasks[count++] = task;
    }
};

// Divides a table. The parts are of equal numbers of blocks, but of more or less equal size.
void add_parts(Plan &plan, const SourceTable &table, List *indexes)
{
    int64 most = static_cast<int64>(settings.copy_split_size) * 1024 * 1024;
    auto parts = static_cast<int>(Min(Min((table.bytes + most - 1) / most, table.blocks), 1000));
    int first_index = list_length(plan.indexes);
    plan.indexes = list_concat(plan.indexes, indexes);
    int end_index = list_length(plan.indexes);
    plan.splits[plan.split_count] = {
        table.relid, parts, end_index - first_index, first_index, end_index, false, "", {},
    };
    for (int i = 0; i < parts; ++i) {
        int64 to = i + 1 < parts ? table.blocks * (i + 1) / parts : -1;
        plan.add(
            {{table.relid, table.bytes / parts, 0, 0}, plan.split_count, {table.blocks * i / parts, to}, InvalidOid});
    }
    ++plan.split_count;
}

// Empties a table that is to be copied in parts. One that fails here will fail as a whole, too, which says so.
Beginning try_to_begin_parts(Copy &copy, const SourceTable &table, List *&indexes)
{
    // It is volatile because it is set between PG_TRY and a longjmp.
    volatile Beginning beginning = Beginning::whole;
    PG_TRY();
    {
        beginning = begin_parts(copy, table, indexes);
    }
    PG_CATCH();
    {
        ErrorData *error = end_failed(copy);
        if (!is_about_table(error->sqlerrcode))
            ReThrowError(error);
        ereport(LOG, (errmsg("a table is copied by one process, because it could not be prepared for several: %s",
                             error->message)));
        open_again(copy);
    }
    PG_END_TRY();
    return beginning;
}

// Plans the copy of the tables, the largest first, and empties those that are to be copied in parts.
Plan make_plan(Copy &copy, const SourceTable *tables, int count)
{
    Plan plan = {allocate<Task>(count), 0, count, allocate<Split>(count), 0, NIL};
    for (int i = 0; i < count; ++i) {
        const SourceTable &table = tables[i];
        Beginning beginning = Beginning::whole;
        List *indexes = NIL;
        // Parts are of use only to more than one process.
        if (copy.in_parts && settings.copy_workers > 1 && table.blocks > 1 &&
            table.bytes > static_cast<int64>(settings.copy_split_size) * 1024 * 1024)
            beginning = try_to_begin_parts(copy, table, indexes);
        if (beginning == Beginning::begun)
            add_parts(plan, table, indexes);
        else if (beginning == Beginning::whole)
            plan.add({table, -1, {}, InvalidOid});
    }
    qsort(plan.tasks, plan.count, sizeof(Task), by_size);
    return plan;
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
    Plan plan = make_plan(copy, tables, count);
    if (plan.count == 0)
        return;
    Size splits_at = MAXALIGN(offsetof(CopyQueue, tasks) + plan.count * sizeof(Task));
    Size indexes_at = splits_at + plan.split_count * sizeof(Split);
    segment_ = dsm_create(indexes_at + list_length(plan.indexes) * sizeof(Oid), 0);
    queue_ = static_cast<CopyQueue *>(dsm_segment_address(segment_));
    memset(queue_, 0, offsetof(CopyQueue, tasks));
    queue_->database = MyDatabaseId;
    queue_->follow = copy.follow->id;
    queue_->lsn = copy.lsn;
    strlcpy(queue_->snapshot, copy.snapshot, sizeof(queue_->snapshot));
    pg_atomic_init_u32(&queue_->stop, 0);
    pg_atomic_init_u32(&queue_->done, 0);
    SpinLockInit(&queue_->mutex);
    queue_->splits_at = splits_at;
    queue_->indexes_at = indexes_at;
    queue_->count = plan.count;
    queue_->split_count = plan.split_count;
    memcpy(queue_->tasks, plan.tasks, plan.count * sizeof(Task));
    memcpy(queue_->splits(), plan.splits, plan.split_count * sizeof(Split));
    int next_index = 0;
    for (Oid index : each_oid(plan.indexes))
        queue_->indexes()[next_index++] = index;

    start_workers(copy, Min(settings.copy_workers, plan.count) - 1);
    PG_TRY();
    {
        work(copy, *queue_);
        while (is_at_work())
            pause_briefly(poll_milliseconds);
    }
    PG_CATCH();
    {
        ErrorData *error = end_failed(copy);
        end_workers();
        abandon_all(copy, *queue_);
        ReThrowError(error);
    }
    PG_END_TRY();
    abandon_all(copy, *queue_);
    if (queue_->has_failed)
        queue_->raise();
    if (pg_atomic_read_u32(&queue_->done) < static_cast<uint32>(worker_count_))
        ereport(ERROR, (errcode(ERRCODE_ADMIN_SHUTDOWN), errmsg("a process that copied tables was terminated")));
}

// Ends the processes that still copy, and waits until they have ended. Interrupts are not served.
void CopyTeam::end_workers()
{
    HOLD_INTERRUPTS();
    pg_atomic_write_u32(&queue_->stop, 1);
    for (int i = 0; i < worker_count_; ++i)
        TerminateBackgroundWorker(workers_[i]);
    for (int i = 0; i < worker_count_; ++i)
        (void)WaitForBackgroundWorkerShutdown(workers_[i]);
    RESUME_INTERRUPTS();
}

void CopyTeam::end()
{
    if (!queue_)
        return;
    end_workers();
    dsm_detach(segment_);
    queue_ = nullptr;
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
    *copy = {context, nullptr, own_queue->snapshot, own_queue->lsn, true, {}};
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
    own_queue = static_cast<CopyQueue *>(enter_helper(argument, handle_sigterm));
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
