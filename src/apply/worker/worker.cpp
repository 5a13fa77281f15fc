// The background worker "pg_follower worker": a process for each follow that runs.
//
// It waits for the transaction that registered it, takes the follow's lock (so there are never two), makes the live
// figures, sets the replication origin up, opens the stream, and then applies what comes, waiting on its latch and the
// socket while nothing does.
//
// stop_follow and drop_follow end it with exit code 0, so that the postmaster forgets it. An error after which there is
// another try (failure.cpp) ends it with exit code 1, so that the postmaster starts it again; the new process waits
// until the try is due. Any other error ends it with exit code 0 and the state `failed`, until somebody calls
// resume_follow. After a crash the postmaster starts it again, too, and the origin says where to go on. Since every
// error ends the process, each try begins with a fresh one.
#include "apply/copy/copy.hpp"
#include "apply/copy/round.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/latch_pause.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"
#include "apply/state/registration.hpp"
#include "apply/upstream/history.hpp"
#include "apply/upstream/slot.hpp"
#include "apply/state/state.hpp"
#include "apply/worker/failure.hpp"
#include "apply/worker/transaction.hpp"
#include "apply/upstream/upstream.hpp"
#include "apply/upstream/watch.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "libpq/pqformat.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "replication/origin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

PGDLLEXPORT void pg_follower_worker_main(Datum argument);
}

namespace pg_follower::apply {
namespace {

struct Worker {
    Follow *follow;
    const char *database; // its name, for the log
    Live *live;
    Upstream upstream;
    MemoryContext stream_context; // of what the open stream has
    Applier applier;
    Polling polling;
    Feedback sent;
    RepOriginId origin;
    XLogRecPtr start;     // where the stream is opened next
    bool streamed_before; // this process has had a stream open
};

Worker *worker = nullptr;

// How often a worker tries to get its follow's lock. Whoever holds it longer is another worker, or a command that
// registers another worker at its end where one is needed.
constexpr int lock_tries = 100;

bool stop_requested()
{
    return worker && worker->live && pg_atomic_read_u32(&worker->live->stop_requested) != 0;
}

// On SIGTERM. stop_follow asks for an end after which the postmaster does not start the worker again; a cancel makes
// that possible in the middle of a statement, too. A signal from anybody else ends the process as usual.
void handle_sigterm(int)
{
    int saved_errno = errno;
    if (stop_requested())
        QueryCancelPending = true;
    else
        ProcDiePending = true;
    InterruptPending = true;
    SetLatch(MyLatch);
    errno = saved_errno;
}

void wake_waiters(int, Datum)
{
    worker->polling.stop();
    if (worker->live)
        ConditionVariableBroadcast(&worker->live->changed);
}

// Before the transaction, if one is open, is rolled back: from version 16 on that moves the origin, too, and where it
// was the commit that has failed, past what has not been applied.
void give_back(int, Datum)
{
    replorigin_session_origin = InvalidRepOriginId;
    worker->applier.forget_open_transactions();
}

template <typename Change> void change_follow(Change change)
{
    apply::change_follow(worker->follow->id, change);
}

[[noreturn]] void end_stopped()
{
    // Another signal must not interrupt what is still to be done.
    HOLD_INTERRUPTS();
    replorigin_session_origin = InvalidRepOriginId;
    worker->upstream.close();
    worker->applier.settle();
    worker->applier.set_state(FollowState::stopped);
    PGF_FAILPOINT(worker_stops);
    change_follow([](Follow &row) {
        row.state = FollowState::stopped;
        row.segment = 0;
        row.figures = worker->applier.figures();
    });
    ereport(LOG, (errhidecontext(true), errmsg("follow \"%s\" of database \"%s\" is stopped",
                                               NameStr(worker->follow->name), worker->database)));
    proc_exit(0);
}

// Records an error in the follow's row and in the log, and ends.
[[noreturn]] void end_failed(const ErrorData *error)
{
    HOLD_INTERRUPTS();
    worker->applier.settle();
    replorigin_session_origin = InvalidRepOriginId;
    Follow *row = nullptr;
    PG_TRY();
    {
        in_transaction([&] { row = find_follow(worker->follow->id); });
    }
    PG_CATCH();
    {
        // Nobody else would tell what came first.
        report_error(*error, error->context);
        PG_RE_THROW();
    }
    PG_END_TRY();
    Verdict verdict;
    if (row)
        verdict = judge(*row, *error, worker->applier);
    report(verdict, *error, worker->applier, NameStr(worker->follow->name), worker->database);
    // Reporting an error lets interrupts in again.
    HOLD_INTERRUPTS();
    // The message that was being applied lies in the connection's memory, so it is closed only now.
    worker->upstream.close();
    change_follow([&](Follow &now) { now = *row; });
    PGF_FAILPOINT(error_recorded);
    if (worker->applier.is_started())
        worker->applier.set_state(verdict.state);
    proc_exit(verdict.state == FollowState::retrying ? 1 : 0);
}

// A database that was dropped while its worker waited to be started again fails each start for good: then the process
// ends with exit code 0, which makes the postmaster forget it.
bool database_is_gone = false;

void notice_fatal(ErrorData *error)
{
    if (error->elevel >= FATAL && error->sqlerrcode == ERRCODE_UNDEFINED_DATABASE)
        database_is_gone = true;
}

void end_for_good(int, Datum)
{
    // proc_exit may be called from its own callbacks, and goes on from there.
    if (database_is_gone) {
        database_is_gone = false;
        proc_exit(0);
    }
}

// Finds the follow, when the transaction that registered this worker is over.
void find_work(int32 id, TransactionId xid)
{
    in_transaction([&] {
        if (TransactionIdIsValid(xid))
            XactLockTableWait(xid, nullptr, nullptr, XLTW_None);
        // Where the extension was dropped there is no work either.
        if (OidIsValid(get_extension_oid(extension_name, true)))
            worker->follow = find_follow(id);
        worker->database = get_database_name(MyDatabaseId);
    });
    auto has_work = [] {
        const Follow *follow = worker->follow;
        return follow && follow->enabled && follow->state != FollowState::failed;
    };
    if (!has_work())
        proc_exit(0);
    before_shmem_exit(wake_waiters, (Datum)0);
    before_shmem_exit(give_back, (Datum)0);
    bool locked = false;
    for (int i = 0; i < lock_tries && !locked; ++i) {
        CHECK_FOR_INTERRUPTS();
        in_transaction([&] { locked = try_worker_lock(id); });
        if (!locked)
            pause_briefly(poll_milliseconds);
    }
    if (!locked)
        proc_exit(0);
    in_transaction([&] {
        worker->follow = find_follow(id);
        if (has_work())
            worker->live = create_live(id, &worker->follow->segment);
    });
    if (!worker->live)
        proc_exit(0);
}

// Waits until the next try is due, or somebody asks for it. A restart of the server is a reason to try at once.
void wait_for_next_try()
{
    const Follow &follow = *worker->follow;
    if (follow.next_try_at == 0 || follow.last_error_at < PgStartTime)
        return;
    TimestampTz deadline = follow.next_try_at;
    for (;;) {
        long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);
        if (left <= 0 || pg_atomic_read_u32(&worker->live->try_requested) != 0)
            return;
        pause_briefly(left);
    }
}

// Prepares the session, and notes that the worker is there.
void begin_work()
{
    Follow &follow = *worker->follow;
    worker->applier.attach(follow, worker->live);
    start_session();
    in_transaction([&] { require_own_follow(follow); });
    change_follow([&](Follow &row) {
        row.segment = follow.segment;
        row.started_at = GetCurrentTimestamp();
        if (row.state != FollowState::retrying)
            row.state = FollowState::starting;
        follow.state = row.state;
    });
    worker->applier.set_state(follow.state);
    PGF_FAILPOINT(worker_begins);
    wait_for_next_try();
    if (follow.copy_phase != CopyPhase::done)
        worker->applier.set_state(FollowState::copying);
}

// Sets the origin up and prepares to apply.
void start_applying()
{
    Follow &follow = *worker->follow;
    RepOriginId origin = InvalidRepOriginId;
    in_transaction([&] {
        origin = replorigin_by_name(follow.origin, false);
        setup_session_origin(origin);
        worker->start = Max(replorigin_session_get_progress(false), follow.start_lsn);
        worker->polling.start(follow, worker->live);
    });
    worker->origin = origin;
    worker->applier.start(follow, origin, worker->start);
}

// The connection before has been closed a moment ago, and the slot may still be in use by its process.
const Upstream::Failure *try_stream(const Follow &follow, bool open_ones)
{
    constexpr int tries = 100;
    for (int i = 0;; ++i) {
        const Upstream::Failure *failure =
            worker->upstream.try_stream(NameStr(follow.slot), worker->start, follow.upstream_origins, open_ones);
        if (!failure || failure->sqlstate != ERRCODE_OBJECT_IN_USE || !worker->streamed_before || i == tries)
            return failure;
        pause_briefly(poll_milliseconds);
    }
}

// Opens the stream at `worker->start`, to be read in the state `state`.
void open_stream(FollowState state)
{
    Follow &follow = *worker->follow;
    if (!worker->stream_context)
        worker->stream_context = AllocSetContextCreate(TopMemoryContext, "pg_follower stream", ALLOCSET_SMALL_SIZES);
    in_transaction([&] {
        MemoryContextScope scope(worker->stream_context);
        worker->upstream = Upstream::connect(follow.conninfo, worker_name(NameStr(follow.name)));
        worker->upstream.require_version(follow.allow_newer);
        follow.upstream_timeline = check_history(worker->upstream, follow, worker->start);
        if (worker->upstream.major_version() > server_major_version)
            worker->applier.expect_newer_commands();
        worker->upstream.allow_plugin();
        if (worker->upstream.is_this_server())
            worker->applier.share_cluster();
        follow.large_objects = worker->upstream.large_objects();
        worker->applier.set_source(strtoull(worker->upstream.system_identifier(), nullptr, 10),
                                   worker->upstream.database());
        // While tables are copied the stream ends at a position, and what is open there would be sent twice.
        bool open_ones = settings.streaming && state == FollowState::streaming;
        if (const Upstream::Failure *failure = try_stream(follow, open_ones)) {
            check_slot(worker->upstream, follow, worker->start);
            Upstream::raise(*failure);
        }
    });
    change_follow([&](Follow &row) {
        row.state = state;
        row.next_try_at = 0;
        row.large_objects = follow.large_objects;
        row.upstream_timeline = follow.upstream_timeline;
    });
    PGF_FAILPOINT(stream_opened);
    // From here on, transactions are the upstream's, and their commits move the origin.
    replorigin_session_origin = worker->origin;
    worker->applier.set_state(state);
    // Sequences and large objects are read when the tables are there.
    worker->applier.set_polling(state == FollowState::streaming ? &worker->polling : nullptr);
    worker->sent = worker->applier.feedback(false);
    if (!worker->streamed_before) {
        bool begins = worker->start == follow.start_lsn;
        ereport(LOG, (errhidecontext(true),
                      begins ? errmsg("follow \"%s\" of database \"%s\" starts at %X/%X", NameStr(follow.name),
                                      worker->database, PGF_LSN(worker->start))
                             : errmsg("follow \"%s\" of database \"%s\" resumes at %X/%X", NameStr(follow.name),
                                      worker->database, PGF_LSN(worker->start))));
    }
    worker->streamed_before = true;
}

// Ends the stream, all of which before `position` has been applied.
void close_stream(XLogRecPtr position)
{
    worker->upstream.close();
    worker->applier.forget_open_transactions();
    MemoryContextReset(worker->stream_context);
    replorigin_session_origin = InvalidRepOriginId;
    (void)worker->applier.feedback(true);
    worker->applier.settle();
    worker->start = position;
}

// Tells the upstream how far this worker is, if that has changed, if the upstream asks, or if the upstream is asked for
// an answer.
void send_feedback(bool asked, bool ask = false)
{
    Feedback now = worker->applier.feedback(asked);
    if (!asked && !ask && !(now != worker->sent))
        return;
    StringInfoData reply;
    initStringInfo(&reply);
    pq_sendbyte(&reply, 'r');
    pq_sendint64(&reply, now.received);
    pq_sendint64(&reply, now.flushed);
    pq_sendint64(&reply, now.applied);
    pq_sendint64(&reply, GetCurrentTimestamp());
    pq_sendbyte(&reply, ask);
    PGF_FAILPOINT(before_feedback);
    worker->upstream.send(reply.data, reply.len);
    PGF_FAILPOINT(after_feedback);
    pfree(reply.data);
    worker->sent = now;
}

// Handles one message of the replication protocol: data ('w') or a keepalive ('k').
void handle_message(char *data, int length)
{
    StringInfoData message = {data, length, length + 1, 0};
    char type = static_cast<char>(pq_getmsgbyte(&message));
    if (type == 'w') {
        XLogRecPtr start = pq_getmsgint64(&message);
        XLogRecPtr end = pq_getmsgint64(&message);
        (void)pq_getmsgint64(&message); // when it was sent
        worker->applier.message(data + message.cursor, length - message.cursor, Max(start, end));
    } else if (type == 'k') {
        XLogRecPtr end = pq_getmsgint64(&message);
        (void)pq_getmsgint64(&message);
        bool asked = pq_getmsgbyte(&message) != 0;
        worker->applier.keepalive(end);
        if (asked)
            send_feedback(true);
    }
}

// The shorter of two times, which are -1 where there is none.
long shorter(long one, long other)
{
    return one < 0 || (other >= 0 && other < one) ? other : one;
}

// Waits until something comes by the stream's socket, or by that of a question to the upstream, or is to be done.
// `limit` is a time, too, or -1.
void wait_for_something(pgsocket stream, long limit)
{
    bool may_poll = worker->applier.may_poll();
    long timeout = shorter(shorter(worker->applier.milliseconds_to_mark(), limit),
                           may_poll ? worker->polling.milliseconds_to_step() : -1);
    const Question *question = may_poll ? worker->polling.question() : nullptr;
    wait_for_sockets(stream, question ? question->socket() : PGINVALID_SOCKET, question ? question->event() : 0,
                     timeout);
}

// Takes messages as long as there are any, then waits. Returns when all is applied that comes before the position at
// which the applier stops.
void follow_stream()
{
    // While data keeps coming, the upstream hears of progress this often.
    constexpr int feedback_milliseconds = 500;
    TimestampTz told_at = GetCurrentTimestamp();
    TimestampTz polled_at = told_at;
    bool busy = true;
    SilenceWatch silence;
    LagWatch lag;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
        char *data = nullptr;
        pgsocket socket = PGINVALID_SOCKET;
        int length = worker->upstream.receive(&data, &socket);
        if (length < 0)
            ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE), errmsg("upstream has ended the stream")));
        TimestampTz now = GetCurrentTimestamp();
        lag.check(NameStr(worker->follow->name), worker->follow->conninfo, worker->applier.figures().applied_lsn, now);
        if (length > 0) {
            silence.heard();
            worker->applier.heard(now);
            handle_message(data, length);
            busy = true;
            if (worker->applier.is_at_stop()) {
                worker->applier.pause();
                return;
            }
            if (!IsTransactionState() &&
                TimestampDifferenceExceeds(polled_at, GetCurrentTimestamp(), poll_milliseconds)) {
                worker->applier.poll();
                polled_at = GetCurrentTimestamp();
            }
            if (!IsTransactionState() &&
                TimestampDifferenceExceeds(told_at, GetCurrentTimestamp(), feedback_milliseconds)) {
                send_feedback(false);
                told_at = GetCurrentTimestamp();
            }
            continue;
        }
        worker->applier.pause();
        worker->applier.poll();
        send_feedback(false, silence.waits(now));
        if (stop_requested() && !IsTransactionState())
            end_stopped();
        if (busy && !IsTransactionState()) {
            (void)pgstat_report_stat(true);
            pgstat_report_activity(STATE_IDLE, nullptr);
            busy = false;
        }
        wait_for_something(socket, silence.milliseconds_left(now));
    }
}

// Follows the stream until all is applied that comes before `position`; for good where that is 0.
void follow_until(XLogRecPtr position)
{
    worker->applier.stop_at(position);
    if (position != 0 && position <= worker->start)
        return;
    open_stream(position != 0 ? FollowState::copying : FollowState::streaming);
    follow_stream();
    close_stream(position);
}

// Copies what waits, in rounds, and follows the stream between them; after the last one for good.
[[noreturn]] void follow_upstream()
{
    Follow &follow = *worker->follow;
    for (;;) {
        Round round(follow);
        bool copies = follow.copy_phase != CopyPhase::done;
        if (copies && !round.is_needed()) {
            end_copy(follow);
            copies = false;
        }
        worker->applier.set_waiting(round.tables());
        if (!copies)
            follow_until(0);
        worker->applier.set_state(FollowState::copying);
        if (XLogRecPtr before = round.position_before(); before != 0)
            follow_until(before);
        round.begin();
        follow_until(round.position());
        round.copy();
    }
}

// Says in each line of the log whose it is: an ErrorContextScope's callback.
void describe_follow(void *)
{
    errcontext("follow \"%s\" of database \"%s\"", NameStr(worker->follow->name), worker->database);
}

[[noreturn]] void work(int32 id, TransactionId xid)
{
    PG_TRY();
    {
        find_work(id, xid);
        ErrorContextScope context(describe_follow, nullptr);
        begin_work();
        prepare_copy(*worker->follow);
        start_applying();
        follow_upstream();
    }
    PG_CATCH();
    {
        HOLD_INTERRUPTS();
        MemoryContextSwitchTo(TopMemoryContext);
        ErrorData *error = CopyErrorData();
        error_context_stack = nullptr;
        bool stop = stop_requested() && error->sqlerrcode == ERRCODE_QUERY_CANCELED;
        if (!worker->live)
            EmitErrorReport();
        FlushErrorState();
        // See give_back().
        replorigin_session_origin = InvalidRepOriginId;
        AbortOutOfAnyTransaction();
        MemoryContextSwitchTo(TopMemoryContext);
        if (!worker->live)
            proc_exit(1);
        if (stop || stop_requested())
            end_stopped();
        end_failed(error);
    }
    PG_END_TRY();
    pg_unreachable();
}

} // namespace
} // namespace pg_follower::apply

void pg_follower_worker_main(Datum argument)
{
    using namespace pg_follower;
    using namespace pg_follower::apply;
    WorkerArguments arguments = own_arguments();
    worker = allocate_zeroed_in<Worker>(TopMemoryContext);
    *worker = {};
    pqsignal(SIGTERM, handle_sigterm);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
    emit_log_hook = notice_fatal;
    on_proc_exit(end_for_good, (Datum)0);
    BackgroundWorkerInitializeConnectionByOid(arguments.database, InvalidOid, 0);
    emit_log_hook = nullptr;
    // Every session loads these libraries. One of them may be a provider of security labels.
    process_session_preload_libraries();
    work(DatumGetInt32(argument), arguments.xid);
}
