// Upstream transactions become downstream ones here.
//
// While more data is there to read, several upstream transactions share one downstream commit; one is never split. The
// position is the replication origin, which the commit itself moves. A transaction with DDL stands alone, because what
// it makes may be of use only after its commit (a new enum value), and because gathered row changes may be in its way.
//
// What the upstream streams of transactions that are still open there is kept in files (spool.hpp). At its commit, such
// a transaction is applied like any other, unless another process has been able to do so meanwhile, which then commits
// it (stream_worker.hpp).
//
// Commits are asynchronous. A list keeps which upstream position each of them reaches, so the position that the
// upstream may forget is never past what is durable here. When there is nothing more to read, the rest is flushed.
//
// The upstream also forgets what needed nothing here. So that a copy of this database can always tell that it has
// missed something (slot.hpp), the origin says so durably before the upstream hears of it.
//
// If a group fails, it is not known which of its transactions failed, and none of them is applied. So the worker starts
// again and applies the transactions, and their rows, one by one up to the group's end.
#include "apply/worker/transaction.hpp"

#include "apply/state/dropped_objects.hpp"
#include "apply/state/own_transaction.hpp"
#include "apply/state/followed_tables.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/followers.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "apply/execute/row_sql.hpp"
#include "apply/execute/truncate.hpp"
#include "apply/worker/stream_worker.hpp"

extern "C" {
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "pgstat.h"
#include "tcop/cmdtag.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

constexpr size_t max_group_bytes = 16 * 1024 * 1024;
// Versions of a row pile up until a commit lets them be pruned, so a group ends after so many single statements.
constexpr int64 max_group_executions = 400;
constexpr int max_group_milliseconds = 1000;
constexpr int save_interval_milliseconds = 10000;
constexpr int mark_interval_milliseconds = 20;

// Whether a command of this tag makes the rows of a materialized view from those of tables.
bool fills_view(const char *tag)
{
    CommandTag command = GetCommandTagEnum(tag);
    return command == CMDTAG_CREATE_MATERIALIZED_VIEW || command == CMDTAG_REFRESH_MATERIALIZED_VIEW;
}

} // namespace

void Applier::attach(const Follow &follow, Live *live)
{
    live_ = live;
    base_ = follow.figures;
    figures_ = follow.figures;
    received_ = applied_ = follow.figures.applied_lsn;
    marked_ = applied_;
    set_state(follow.state);
}

void Applier::start(const Follow &follow, RepOriginId origin, XLogRecPtr start)
{
    follow_ = follow.id;
    follow_name_ = follow.name;
    start_dropped_objects(follow.id);
    single_until_ = follow.single_until;
    origin_ = origin;
    received_ = applied_ = durable_ = marked_ = start;
    error_open_ = follow.last_error && follow.last_error_resolved_at == 0;
    error_lsn_ = follow.last_error_lsn;
    skip_lsn_ = follow.skip_lsn;
    saved_at_ = GetCurrentTimestamp();
    dlist_init(&commits_);
    message_context_ = AllocSetContextCreate(TopMemoryContext, "pg_follower message", ALLOCSET_DEFAULT_SIZES);
    rows_.start(&progress_, follow.id);
    ddl_.start(&progress_);
}

void Applier::set_source(uint64 system, Oid database)
{
    source_.system = system;
    source_.database = database;
}

void Applier::set_state(FollowState state)
{
    state_ = state;
    show_progress();
    wake(live_);
}

// Publishes how far this has come, without waking those who wait for more than that.
void Applier::show_progress()
{
    figures_.received_lsn = received_;
    figures_.applied_lsn = applied_;
    show(live_, state_, figures_, in_hand_since_);
}

void Applier::received(XLogRecPtr end)
{
    if (stop_at_ != 0)
        end = Min(end, stop_at_);
    if (end > received_)
        received_ = end;
}

void Applier::message(const char *data, size_t size, XLogRecPtr end)
{
    ErrorContextScope context(describe_position, &progress_.position);
    MemoryContextScope scope(message_context_);
    applying_ = true;
    caught_up_ = false;
    StreamReader reader(data, size);
    // What is written of an open transaction at its commit has the position of the commit, which has not come yet.
    if (reader.peek_type() != Record::part)
        received(end);
    show_progress();
    bool counted = false;
    while (!reader.at_end() && !at_stop_) {
        Record type = reader.next_type();
        if (keep_open_transaction(type, reader, data, size))
            continue;
        if (!counted)
            group_bytes_ += size;
        counted = true;
        record(type, reader);
    }
    applying_ = false;
    // What the position pointed to lies in the message.
    progress_.position.set(nullptr, nullptr, nullptr);
    MemoryContextReset(message_context_);
}

// Takes a record that is about a transaction which is open upstream; returns false for any other.
bool Applier::keep_open_transaction(Record type, StreamReader &reader, const char *message, size_t size)
{
    if (in_upstream_)
        return false;
    switch (type) {
    case Record::part: {
        // All of the message belongs to it.
        keep(reader.read_part(), message, size);
        reader.skip_rest();
        return true;
    }
    case Record::stream_abort: {
        StreamPart part = reader.read_part();
        Spool *spool = find_spool(part.xid);
        if (part.part == part.xid)
            remove_spool(spool);
        else
            spool->roll_back(part.part, message, size);
        return true;
    }
    case Record::stream_commit:
        apply_open_transaction(reader.read_stream_commit());
        return true;
    default:
        return false;
    }
}

// Keeps a message of an open transaction, and has it applied ahead of the commit where that may be.
void Applier::keep(const StreamPart &part, const char *message, size_t size)
{
    Spool *spool = spools_.find(part.xid);
    if (!spool) {
        spool = spools_.get(part.xid);
        if (may_apply_ahead())
            StreamWorker::start(*spool, follow_, NameStr(follow_name_), origin_);
    }
    spool->append(part.part, message, size);
    if (!spool->ahead)
        return;
    if (spool->ahead->has_given_up()) {
        StreamWorker::end(*spool);
        return;
    }
    if (spool->ahead->readable() == spool->written())
        return;
    // Its rows may be about those of transactions that came before.
    commit_group();
    spool->ahead->read_up_to(spool->written());
}

// Whether nothing needs to be known of a transaction, before it is applied, that its commit will tell.
bool Applier::may_apply_ahead() const
{
    return !error_open_ && single_until_ <= applied_ && skip_lsn_ <= applied_ && stop_at_ == 0 && !tables_wait_ &&
           !Conflicts::looks_at_rows();
}

void Applier::remove_spool(Spool *spool)
{
    StreamWorker::end(*spool);
    spools_.remove(spool);
}

void Applier::forget_open_transactions()
{
    while (Spool *spool = spools_.first())
        remove_spool(spool);
}

// Has the process that has applied a transaction ahead commit it. Returns false where there is none, or it has given
// up.
bool Applier::commit_ahead(Spool &spool, const StreamCommitRecord &record)
{
    if (!spool.ahead)
        return false;
    progress_.position = {
        nullptr, nullptr, nullptr, record.begin.xid, record.begin.commit_lsn, record.begin.commit_time};
    commit_group();
    give_way(record.begin.commit_lsn);
    in_hand_since_ = record.begin.commit_time;
    show_progress();
    spool.ahead->read_up_to(spool.complete());
    if (!may_apply_ahead() || !spool.ahead->finish()) {
        StreamWorker::end(spool);
        return false;
    }
    // Nothing may come between the two changes of the origin's process.
    HOLD_INTERRUPTS();
    replorigin_session_reset();
    XLogRecPtr local_end = spool.ahead->commit(record, progress_.counts);
    StreamWorker::end(spool);
    setup_session_origin(origin_);
    // The origin is what counts, whatever has become of the process.
    bool committed = replorigin_session_get_progress(false) >= record.end_lsn;
    RESUME_INTERRUPTS();
    if (!committed)
        return false;
    if (local_end == InvalidXLogRecPtr)
        local_end = GetXLogInsertRecPtr();
    group_end_ = record.end_lsn;
    group_time_ = record.begin.commit_time;
    ++transactions_;
    Figures figures = figures_of_group();
    add_counts(figures, progress_.counts);
    note_commit(figures, local_end);
    return true;
}

Spool *Applier::find_spool(TransactionId xid)
{
    Spool *spool = spools_.find(xid);
    if (!spool)
        ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                        errmsg("upstream ends transaction %u, of which it has sent nothing", xid)));
    return spool;
}

// Applies a transaction whose changes have been kept, and which has committed now.
void Applier::apply_open_transaction(const StreamCommitRecord &record)
{
    Spool *spool = find_spool(record.begin.xid);
    if (commit_ahead(*spool, record)) {
        remove_spool(spool);
        return;
    }
    begin(record.begin);
    if (at_stop_)
        return;
    rows_.enter_stream();
    {
        MemoryContext memory = AllocSetContextCreate(TopMemoryContext, "pg_follower spool", ALLOCSET_DEFAULT_SIZES);
        MemoryContextSwitchTo(memory);
        uint64 end = spool->complete();
        SpoolReader messages = spool->reader();
        const char *message;
        size_t size;
        while (messages.next(end, message, size)) {
            CHECK_FOR_INTERRUPTS();
            MemoryContextSwitchTo(message_context_);
            group_bytes_ += size;
            show_progress();
            StreamReader reader(message, size);
            (void)reader.next_type();
            (void)reader.read_part();
            while (!reader.at_end())
                this->record(reader.next_type(), reader);
            progress_.position.set(nullptr, nullptr, nullptr);
            MemoryContextReset(message_context_);
            MemoryContextSwitchTo(memory);
        }
        MemoryContextSwitchTo(message_context_);
        MemoryContextDelete(memory);
    }
    rows_.leave_stream();
    remove_spool(spool);
    commit({record.begin.commit_lsn, record.end_lsn, record.begin.commit_time});
}

void Applier::record(Record type, StreamReader &reader)
{
    if ((type == Record::begin) == in_upstream_)
        ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                        errmsg("record '%c' of the stream comes at a wrong place", static_cast<char>(type))));
    if (skipping_) {
        skip(type, reader);
        return;
    }
    switch (type) {
    case Record::begin:
        begin(reader.read_begin());
        return;
    case Record::commit:
        commit(reader.read_commit());
        return;
    case Record::statement:
        open();
        rows_.define(reader.read_statement());
        return;
    case Record::row:
        open();
        tell_followers();
        changed_ = true;
        rows_.row(reader, number_, applies_singly() ? 1 : settings.max_batch_rows);
        return;
    case Record::truncate:
        open();
        tell_followers();
        changed_ = true;
        rows_.flush();
        apply_truncate(reader.read_truncate(), progress_);
        PGF_FAILPOINT(truncate_applied);
        return;
    case Record::ddl:
        ddl(reader.read_ddl());
        return;
    case Record::part:
    case Record::stream_abort:
    case Record::stream_commit:
        break; // not inside of a transaction
    }
    ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                    errmsg("unrecognized record '%c' in the stream", static_cast<char>(type))));
}

// Takes a record of a transaction that is left out: its statements are kept in follower.skipped.
void Applier::skip(Record type, StreamReader &reader)
{
    switch (type) {
    case Record::begin:
        break;
    case Record::commit:
        commit(reader.read_commit());
        return;
    case Record::statement:
        rows_.define(reader.read_statement());
        return;
    case Record::row: {
        RowInHand row = rows_.skip(reader);
        SqlWriter sql;
        write_row_statement(sql, row);
        note_skipped({row.statement->kind->name, object_at(progress_.position), "", sql.c_str()});
        return;
    }
    case Record::truncate: {
        TruncateRecord record = reader.read_truncate();
        progress_.position.set("TRUNCATE", record.relation_count ? record.relations[0].schema : nullptr,
                               record.relation_count ? record.relations[0].table : nullptr, record.sql);
        const char *object = object_at(progress_.position);
        note_skipped({"TRUNCATE", object ? object : "", "", record.sql});
        return;
    }
    case Record::ddl: {
        DdlMessage record = reader.read_ddl();
        if (record.kind == DdlKind::unsupported)
            note_skipped({record.tag, record.object, record.role, nullptr});
        else if (record.kind == DdlKind::statement || record.kind == DdlKind::optional)
            note_skipped({record.tag, record.object, record.role, record.holds_secret ? nullptr : record.sql});
        return;
    }
    case Record::part:
    case Record::stream_abort:
    case Record::stream_commit:
        break;
    }
    ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                    errmsg("unrecognized record '%c' in the stream", static_cast<char>(type))));
}

void Applier::note_skipped(const SkippedStatement &statement)
{
    insert_skipped(follow_, follow_name_, progress_.transaction(), ++skipped_, statement);
}

// Opens the downstream transaction, unless one is open.
void Applier::open()
{
    if (IsTransactionState())
        return;
    SetCurrentStatementStartTimestamp();
    next_xid_at_open_ = ReadNextFullTransactionId();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    // The message's memory context stays the current one. The transaction has contexts of its own for what it needs.
    MemoryContextSwitchTo(message_context_);
    pgstat_report_activity(STATE_RUNNING, nullptr);
    ++number_;
    group_started_at_ = GetCurrentTimestamp();
}

void Applier::stop_at(XLogRecPtr position)
{
    stop_at_ = position;
    at_stop_ = false;
}

void Applier::reach_stop()
{
    received(stop_at_);
    at_stop_ = true;
}

void Applier::set_waiting(List *tables)
{
    tables_wait_ = tables != NIL;
    rows_.set_waiting(tables);
}

void Applier::begin(const BeginRecord &record)
{
    if (stop_at_ != 0 && record.commit_lsn >= stop_at_) {
        reach_stop();
        return;
    }
    give_way(record.commit_lsn);
    in_upstream_ = true;
    changed_ = false;
    has_ddl_ = false;
    commit_time_ = record.commit_time;
    source_.timeline = record.timeline;
    source_.commit_lsn = record.commit_lsn;
    take_sources(nullptr);
    if (in_hand_since_ == 0) {
        in_hand_since_ = record.commit_time;
        show_progress();
    }
    progress_.position = {nullptr, nullptr, nullptr, record.xid, record.commit_lsn, record.commit_time};
    skipping_ = record.commit_lsn == skip_lsn_;
    if (!skipping_)
        return;
    // It shares no commit with those before it, and takes one though it changes nothing.
    commit_group();
    open();
    skipped_ = 0;
}

// What the upstream tells beside the stream may come before the transaction that commits there.
void Applier::give_way(XLogRecPtr commit_lsn)
{
    if (!polling_ || !polling_->due(commit_lsn))
        return;
    commit_group();
    polling_->set_until(commit_lsn);
}

void Applier::take_sources(const char *sources)
{
    told_ = false;
    if (sources_)
        pfree(sources_);
    sources_ = sources ? MemoryContextStrdup(TopMemoryContext, sources) : nullptr;
}

// Writes for followers of this database where the changes that come were committed before. Rows of another upstream
// transaction that wait to be applied come first.
void Applier::tell_followers()
{
    if (told_)
        return;
    told_ = true;
    if (asked_in_ != number_) {
        asked_in_ = number_;
        // A slot that is made after this waits for the end of a transaction that has an id.
        (void)GetTopTransactionId();
        is_followed_ = anybody_follows();
    }
    if (!is_followed_)
        return;
    rows_.flush();
    log_ddl({DdlKind::sources, "", "", "", add_source(sources_ ? sources_ : "", source_)});
}

void Applier::ddl(const DdlMessage &record)
{
    if (record.kind == DdlKind::sources) {
        take_sources(record.sql);
        return;
    }
    if (grouped_ > 0 && !changed_)
        commit_group();
    open();
    tell_followers();
    changed_ = true;
    has_ddl_ = true;
    rows_.flush();
    if (record.kind == DdlKind::dropped)
        note_dropped_object(record);
    else if (record.kind == DdlKind::unsupported)
        note_unsupported(record, record.sql, nullptr);
    else if (*record.concurrent_sql && settings.concurrent_indexes == ConcurrentIndexes::record)
        // Building the index would hold the stream up, so it is left to somebody on this server.
        record_unsupported(record, "left to this server by pg_follower.concurrent_indexes", record.concurrent_sql);
    else if (const char *failure = ddl_.apply(record))
        note_unsupported(record, failure, record.holds_secret ? nullptr : record.sql);
    else if (tables_wait_ && fills_view(record.tag))
        wait_for_views(follow_);
    PGF_FAILPOINT(ddl_applied);
}

void Applier::note_unsupported(const DdlMessage &record, const char *reason, const char *statement)
{
    progress_.position.set(record.tag, nullptr, record.object, statement);
    if (settings.on_unsupported == OnUnsupported::stop)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("%s of the upstream cannot follow", record.tag),
                        errdetail("Object: %s. Reason: %s", record.object, reason),
                        errhint("Run the command on this server, and set pg_follower.on_unsupported to \"record\".")));
    record_unsupported(record, reason, statement);
}

// `statement` is null where the command could not be written or may hold a password.
void Applier::record_unsupported(const DdlMessage &record, const char *reason, const char *statement)
{
    // Nor does it reach those who follow this database.
    if (is_followed_) {
        DdlMessage left = record;
        left.kind = DdlKind::unsupported;
        left.sql = statement ? psprintf("%s: %s", reason, statement) : reason;
        log_ddl(left);
    }
    insert_unsupported(
        {follow_, follow_name_, progress_.transaction(), record.tag, record.object, record.role, reason, statement});
    ereport(LOG, (errmsg("%s of the upstream cannot follow", record.tag),
                  errdetail("Object: %s. Reason: %s", record.object, reason),
                  errhint("The table follower.unsupported keeps a record of it.")));
}

// Records the rows that were not found in the transaction that is about to be committed.
void Applier::record_missing()
{
    rows_.take_missing([&](UnsupportedNote note) {
        note.follow = follow_;
        note.follow_name = follow_name_;
        insert_unsupported(note);
    });
}

void Applier::record_conflicts()
{
    rows_.take_conflicts([&](const char *schema, const char *table, Conflict conflict,
                             int64 count) { count_conflicts(follow_, follow_name_, schema, table, conflict, count); },
                         [&](const List *notes) { keep_conflicts(follow_, follow_name_, notes); });
}

void Applier::commit(const CommitRecord &record)
{
    in_upstream_ = false;
    ++grouped_;
    if (!skipping_)
        ++transactions_;
    group_end_ = record.end_lsn;
    group_time_ = record.commit_time;
    received(record.end_lsn);
    bool single = is_single();
    if (has_ddl_ || single || skipping_ || grouped_ >= settings.max_group_transactions ||
        group_bytes_ >= max_group_bytes || rows_.executions() - executions_before_ >= max_group_executions ||
        (IsTransactionState() &&
         TimestampDifferenceExceeds(group_started_at_, GetCurrentTimestamp(), max_group_milliseconds)))
        commit_group();
    if (skipping_)
        ereport(LOG,
                (errmsg("the transaction of the upstream that committed at %X/%X was left out", PGF_LSN(skip_lsn_)),
                 errdetail_plural("It had %d statement.", "It had %d statements.", skipped_, skipped_),
                 errhint("The table follower.skipped keeps them.")));
    skipping_ = false;
    if (!single)
        single_until_ = 0;
}

// Commits the upstream transactions that are complete.
void Applier::commit_group()
{
    Assert(!in_upstream_ || !changed_);
    if (grouped_ == 0)
        return;
    Figures figures = figures_of_group();
    XLogRecPtr local_end = 0;
    if (IsTransactionState()) {
        rows_.flush();
        record_missing();
        record_conflicts();
        add_counts(figures, progress_.counts);
        if (is_past_error(group_end_) || skipping_ ||
            TimestampDifferenceExceeds(saved_at_, GetCurrentTimestamp(), save_interval_milliseconds))
            save_figures(figures);
        replorigin_session_origin_lsn = group_end_;
        replorigin_session_origin_timestamp = group_time_;
        PopActiveSnapshot();
        PGF_FAILPOINT(before_commit);
        CommitTransactionCommand();
        PGF_FAILPOINT(after_commit);
        MemoryContextSwitchTo(message_context_);
        local_end = XactLastCommitEnd;
    } else
        add_counts(figures, progress_.counts);
    note_commit(figures, local_end);
}

// The figures of the follow when the group is committed, but for what is counted.
Figures Applier::figures_of_group() const
{
    Figures figures = base_;
    figures.received_lsn = received_;
    figures.applied_lsn = group_end_;
    figures.last_commit_at = group_time_;
    figures.caught_up_at = figures_.caught_up_at;
    figures.last_message_at = figures_.last_message_at;
    figures.transactions += transactions_;
    return figures;
}

// The group is committed here, at `local_end`; 0 where it changed nothing.
void Applier::note_commit(const Figures &figures, XLogRecPtr local_end)
{
    auto commit = allocate_in<Commit>(TopMemoryContext);
    commit->upstream_end = group_end_;
    commit->local_end = local_end;
    dlist_push_tail(&commits_, &commit->node);
    applied_ = group_end_;
    figures_ = figures;
    in_hand_since_ = in_upstream_ ? commit_time_ : 0;
    grouped_ = 0;
    group_bytes_ = 0;
    executions_before_ = rows_.executions();
    set_state(state_);
}

void Applier::save_figures(const Figures &figures)
{
    Follow *follow = find_follow(follow_);
    if (follow) {
        follow->figures = figures;
        follow->single_until = single_until_;
        if (skip_lsn_ < figures.applied_lsn)
            follow->skip_lsn = 0;
        if (is_past_error(figures.applied_lsn)) {
            follow->last_error_resolved_at = GetCurrentTimestamp();
            follow->tries = 0;
            ereport(LOG, (errmsg("the follow has got past its last error, which was raised %lld %s",
                                 static_cast<long long>(follow->last_error_count),
                                 follow->last_error_count == 1 ? "time" : "times"),
                          errdetail_internal("%s", follow->last_error)));
        }
        update_follow(*follow);
    }
    if (is_past_error(figures.applied_lsn))
        error_open_ = false;
    saved_at_ = GetCurrentTimestamp();
}

// Notes that the last error is over, where no transaction of the upstream has come to do so: the connection is there
// again. The transaction in which it does so is not the upstream's.
void Applier::resolve_error()
{
    in_own_transaction([&] { save_figures(figures_); });
}

bool Applier::is_between() const
{
    return !in_upstream_ && !IsTransactionState();
}

void Applier::poll()
{
    if (may_poll())
        polling_->step(received_);
}

void Applier::keepalive(XLogRecPtr end)
{
    received(end);
    if (stop_at_ != 0 && end >= stop_at_ && !in_upstream_)
        reach_stop();
    caught_up_ = true;
}

void Applier::pause()
{
    if (in_upstream_)
        return;
    {
        ErrorContextScope context(describe_position, &progress_.position);
        commit_group();
    }
    progress_.position = {};
    if (caught_up_) {
        figures_.caught_up_at = GetCurrentTimestamp();
        caught_up_ = false;
        show_progress();
    }
    if (is_past_error(applied_))
        resolve_error();
    if (!dlist_is_empty(&commits_)) {
        auto last = reinterpret_cast<Commit *>(dlist_tail_node(&commits_));
        if (last->local_end != 0)
            XLogFlush(last->local_end);
    }
}

// Has the origin say durably that everything before the upstream's `position` has been seen to. Commits do that by
// themselves. The position goes to memory first: a checkpoint between the two steps must not miss it.
void Applier::mark(XLogRecPtr position)
{
    replorigin_session_advance(position, InvalidXLogRecPtr);
    PGF_FAILPOINT(origin_advanced);
    xl_replorigin_set record = {position, origin_, false};
    XLogBeginInsert();
    XLogRegisterData(reinterpret_cast<char *>(&record), sizeof(record));
    XLogFlush(XLogInsert(RM_REPLORIGIN_ID, XLOG_REPLORIGIN_SET));
    PGF_FAILPOINT(origin_marked);
    marked_ = position;
    marked_at_ = GetCurrentTimestamp();
}

long Applier::milliseconds_to_mark() const
{
    if (durable_ <= marked_)
        return -1;
    return TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
                                           TimestampTzPlusMilliseconds(marked_at_, mark_interval_milliseconds));
}

void Applier::settle()
{
    if (applied_ > marked_)
        mark(applied_);
}

Feedback Applier::feedback(bool asked)
{
    XLogRecPtr durable = GetFlushRecPtr(nullptr);
    while (!dlist_is_empty(&commits_)) {
        auto commit = reinterpret_cast<Commit *>(dlist_head_node(&commits_));
        if (commit->local_end > durable)
            break;
        durable_ = commit->upstream_end;
        if (commit->local_end != 0)
            marked_ = commit->upstream_end;
        dlist_delete(&commit->node);
        pfree(commit);
    }
    // Where no part of an upstream transaction is in hand, nothing of what was received needed a change here.
    if (!in_upstream_ && grouped_ == 0) {
        applied_ = Max(applied_, received_);
        if (dlist_is_empty(&commits_))
            durable_ = Max(durable_, received_);
    }
    if (durable_ > marked_ && (asked || milliseconds_to_mark() == 0))
        mark(durable_);
    if (figures_.applied_lsn != applied_ || figures_.received_lsn != received_)
        set_state(state_);
    return {received_, Min(durable_, marked_), applied_};
}

XLogRecPtr Applier::unclear_until() const
{
    if (grouped_ + in_upstream_ <= 1 && progress_.position.rows <= 1)
        return 0;
    return in_upstream_ ? progress_.position.commit_lsn : group_end_;
}

} // namespace pg_follower::apply
