// See failure.hpp. What an error means is said in error_class.cpp.
//
// An error that passes by itself is tried again for ever, any other one pg_follower.max_retries times. The pauses grow
// from pg_follower.restart_interval to pg_follower.max_restart_interval; the process that makes the next try waits for
// it to be due, so a try begins with a fresh process (worker.cpp).
//
// Where several transactions or rows were applied together it is not clear which of them has failed. Then they are
// tried again at once, one by one, and only what fails then counts.
#include "apply/worker/failure.hpp"

#include "apply/state/error_class.hpp"
#include "apply/state/follow_names.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "common/pg_prng.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

// Whether an error may come from a row that is gone. Building an index evaluates expressions also for rows that were
// deleted, as long as a snapshot may see them, and the upstream had no such snapshot.
bool may_come_from_dead_row(int sqlstate, bool applying_ddl)
{
    return applying_ddl && meaning_of(sqlstate) == ErrorMeaning::value;
}

// Whether a snapshot was in use, when the statement in hand began, that is older than the first try of its transaction,
// which is noted in `row`. It may have ended since, and the next try then succeeds.
bool snapshots_blocked(Follow &row, const Applier &applier)
{
    XLogRecPtr failed = applier.position().commit_lsn;
    if (row.blocked_lsn != failed) {
        row.blocked_lsn = failed;
        row.blocked_xid = applier.next_xid_at_open();
    }
    return TransactionIdPrecedes(applier.oldest_visible_xid(), XidFromFullTransactionId(row.blocked_xid));
}

const char *text_of_sqlstate(int sqlstate)
{
    return pstrdup(unpack_sql_state(sqlstate));
}

// Whether the row's last error, which is noted as text, is one that passes.
bool last_error_passes(const Follow &row)
{
    const char *text = row.last_error_sqlstate;
    return may_pass(MAKE_SQLSTATE(text[0], text[1], text[2], text[3], text[4]), true);
}

// Microseconds to the next try, after so many tries: twice as many each time. Many followers of one upstream must not
// all come back at one moment, so chance has a part in it.
int64 pause_after(int tries)
{
    double seconds = settings.restart_interval;
    for (int i = 1; i < tries && seconds < settings.max_restart_interval; ++i)
        seconds *= 2;
    seconds = Min(seconds, Max(settings.restart_interval, settings.max_restart_interval));
    return static_cast<int64>(seconds * (0.8 + 0.4 * pg_prng_double(&pg_global_prng_state)) * USECS_PER_SEC);
}

void note_error(Follow &row, const ErrorData &error, const Position &position, const char *hint)
{
    row.last_error_sqlstate = text_of_sqlstate(error.sqlerrcode);
    row.last_error = error.message ? error.message : "no message";
    row.last_error_detail = error.detail;
    row.last_error_hint = hint;
    row.last_error_context = error.context;
    row.last_error_at = GetCurrentTimestamp();
    bool in_transaction = position.commit_lsn != 0;
    row.last_error_command = in_transaction ? position.what : nullptr;
    row.last_error_object = in_transaction ? object_at(position) : nullptr;
    row.last_error_statement = in_transaction ? statement_at(position) : nullptr;
    row.last_error_xid = position.upstream_xid;
    row.last_error_lsn = position.commit_lsn;
    row.last_error_committed_at = position.commit_time;
    row.last_error_resolved_at = 0;
}

// The error's own hint, and which calls go on.
const char *hint_with(const char *hint, const char *remedy)
{
    if (!hint || !remedy)
        return hint ? hint : remedy;
    return psprintf("%s %s", hint, remedy);
}

// Which calls go on after an error that does not pass.
const char *remedy_for(const Follow &row, const Position &position)
{
    const char *name = NameStr(row.name);
    const char *resume = call_for("resume_follow", name);
    if (position.commit_lsn == 0)
        return psprintf("Call %s when the cause is gone.", resume);
    const char *lsn = psprintf("'%X/%X'", PGF_LSN(position.commit_lsn));
    return psprintf("Call %s when the cause is gone, or skip_transaction(%s) to leave the transaction out.", resume,
                    strcmp(name, "default") == 0 ? lsn : psprintf("%s, %s", lsn, quote_literal_cstr(name)));
}

} // namespace

Verdict judge(Follow &row, const ErrorData &error, const Applier &applier)
{
    const Position &position = applier.position();
    bool passes = may_pass(error.sqlerrcode, applier.applying());
    Verdict verdict;
    // Of what passes, only what comes from other sessions here may be less likely in smaller steps.
    if (!passes || is_of_the_moment(error.sqlerrcode))
        verdict.unclear_until = applier.unclear_until();
    const char *hint = error.hint;
    bool blocked = !passes && verdict.unclear_until == 0 &&
                   may_come_from_dead_row(error.sqlerrcode, applier.applying_ddl()) && snapshots_blocked(row, applier);
    if (blocked) {
        passes = true;
        hint =
            psprintf("The value may be of a deleted row that an older snapshot still sees: the command is tried again "
                     "until there is no snapshot older than transaction %u (pg_stat_activity.backend_xmin).",
                     XidFromFullTransactionId(row.blocked_xid));
    } else
        row.blocked_lsn = 0;

    bool same_place = row.last_error_sqlstate && row.last_error_resolved_at == 0 && row.tries > 0 &&
                      row.last_error_lsn == position.commit_lsn;
    bool same_error = same_place && strcmp(row.last_error_sqlstate, text_of_sqlstate(error.sqlerrcode)) == 0 &&
                      error.message && strcmp(row.last_error, error.message) == 0;
    bool same_kind = same_error || (same_place && last_error_passes(row) == passes);
    bool final = meaning_of(error.sqlerrcode) == ErrorMeaning::final;
    verdict.at_once = verdict.unclear_until != 0 && !passes && !final;
    row.tries = verdict.at_once ? 0 : (same_kind ? row.tries : 0) + 1;
    // 0 while it is not clear which transaction has failed.
    row.last_error_count = verdict.at_once ? 0 : (same_error ? row.last_error_count : 0) + 1;

    if (!final && !passes)
        verdict.remedy = remedy_for(row, position);
    verdict.is_new = !same_error;
    verdict.state = !final && (passes || verdict.at_once || row.tries <= settings.max_retries) ? FollowState::retrying
                                                                                               : FollowState::failed;
    // What has failed while it was left out would fail so again.
    verdict.skips = verdict.state == FollowState::failed && !final && settings.on_error == OnError::skip_and_record &&
                    position.commit_lsn != 0 && row.skip_lsn != position.commit_lsn;
    if (verdict.skips) {
        row.skip_lsn = position.commit_lsn;
        verdict.state = FollowState::retrying;
    }
    note_error(row, error, position, hint_with(hint, verdict.remedy));
    row.state = verdict.state;
    row.segment = 0;
    row.next_try_at = 0;
    if (verdict.state == FollowState::retrying && !verdict.at_once && !verdict.skips)
        row.next_try_at = row.last_error_at + pause_after(row.tries);
    if (verdict.unclear_until != 0)
        row.single_until = verdict.unclear_until;
    if (applier.is_started())
        row.figures = applier.figures();
    return verdict;
}

void report_error(const ErrorData &error, const char *context)
{
    ErrorData copy = error;
    copy.context = const_cast<char *>(context);
    // The server writes an error to its log only where it has been raised.
    PG_TRY();
    {
        ThrowErrorData(&copy);
    }
    PG_CATCH();
    {
        EmitErrorReport();
        FlushErrorState();
    }
    PG_END_TRY();
}

void report(const Verdict &verdict, const ErrorData &error, const Applier &applier, const char *follow,
            const char *database)
{
    if (verdict.at_once) {
        ereport(LOG, (errmsg("follow \"%s\" of database \"%s\" applies transactions and rows up to %X/%X one by one",
                             follow, database, PGF_LSN(verdict.unclear_until)),
                      errdetail("Some of them, which were applied together, failed: %s",
                                error.message ? error.message : "no message")));
        return;
    }
    if (verdict.is_new) {
        const Position &position = applier.position();
        StringInfoData context;
        initStringInfo(&context);
        if (error.context)
            appendStringInfo(&context, "%s\n", error.context);
        // What ran by SPI has its text there already.
        if (position.upstream_xid && position.sql && !(error.context && strstr(error.context, position.sql)))
            appendStringInfo(&context, "command: %s\n", position.sql);
        appendStringInfo(&context, "SQLSTATE %s", text_of_sqlstate(error.sqlerrcode));
        report_error(error, context.data);
    }
    if (verdict.state == FollowState::failed)
        ereport(LOG, (errmsg("follow \"%s\" of database \"%s\" has failed", follow, database),
                      verdict.remedy ? errhint("%s", verdict.remedy) : 0));
}

} // namespace pg_follower::apply
