// Writes the session's output. See output.hpp.
//
// Form sql: a message is one statement. The first message of a session is preceded by the settings under which the
// statements mean what they should. Form statements: records gather in a buffer of ours, because a message costs a
// system call and more; it is written when it is large and when the transaction ends.
#include "decode/output.hpp"

#include "pg_follower/failpoints.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "replication/walsender.h"
}

namespace pg_follower::decode {
namespace {

constexpr int large_message = 64 * 1024;
constexpr int memory_kept = 1024 * 1024; // of the buffer, after a message
constexpr int most_silent_changes = 100;

// Settings, beside the fixed ones, for the replay of statements.
constexpr FixedSetting replay_settings[] = {
    {"session_replication_role", "replica"},
    {"check_function_bodies", "off"},
    {"row_security", "off"},
    {"default_tablespace", ""},
    {"default_table_access_method", "heap"},
};

void write_message(Session &session, const char *data, int length, const char *end)
{
    if (session.transaction->holding) {
        MemoryContextScope scope(session.transaction->context);
        StringInfo message = makeStringInfo();
        appendBinaryStringInfo(message, data, length);
        appendStringInfoString(message, end);
        session.transaction->held = lappend(session.transaction->held, message);
        return;
    }
    if (session.transaction->streamed)
        session.transaction->begun = true;
    OutputPluginPrepareWrite(session.ctx, true);
    appendBinaryStringInfo(session.ctx->out, data, length);
    appendStringInfoString(session.ctx->out, end);
    OutputPluginWrite(session.ctx, true);
    session.silent_changes = 0;
}

void write_setting(Session &session, const char *name, const char *value)
{
    SqlWriter out;
    out.text("SET ").text(name).text(" = ").literal(value);
    write_sql(session, out);
}

// A walsender sends text as it is in the database; the SQL functions' result is converted for their client.
const char *output_encoding()
{
    return am_walsender ? GetDatabaseEncodingName() : pg_get_client_encoding_name();
}

void write_prologue(Session &session)
{
    write_setting(session, "client_encoding", output_encoding());
    for (const FixedSetting &setting : fixed_settings)
        write_setting(session, setting.name, setting.value);
    for (const FixedSetting &setting : replay_settings)
        write_setting(session, setting.name, setting.value);
    session.prologue_written = true;
}

void write_begin(Session &session)
{
    // The messages of one that is streamed name it, each by itself.
    if (session.transaction->streamed)
        return;
    session.transaction->begun = true;
    PGF_FAILPOINT(before_decoded_begin);
    if (session.options.form == Form::sql) {
        if (!session.prologue_written)
            write_prologue(session);
        write_sql(session, "BEGIN", 5);
        return;
    }
    const ReorderBufferTXN *txn = session.transaction->txn;
    stream_write(pending_message(session),
                 BeginRecord{txn->final_lsn, txn->xact_time.commit_time, txn->xid, timeline_of(txn->final_lsn)});
}

} // namespace

void begin_if_needed(Session &session)
{
    Transaction &transaction = *session.transaction;
    if (!transaction.begun)
        write_begin(session);
    if (!transaction.sources)
        return;
    if (session.options.form == Form::statements)
        stream_write(pending_message(session), DdlMessage{DdlKind::sources, "", "", "", transaction.sources});
    transaction.sources = nullptr;
}

void write_sql(Session &session, const char *sql, int length)
{
    write_message(session, sql, length, ";");
}

StringInfo pending_message(Session &session)
{
    if (session.pending.len == 0) {
        stream_start_message(&session.pending);
        if (session.transaction->streamed)
            stream_write(&session.pending, StreamPart{session.transaction->txn->xid, session.transaction->part});
    }
    return &session.pending;
}

void flush(Session &session)
{
    StringInfo pending = &session.pending;
    if (pending->len == 0)
        return;
    write_message(session, pending->data, pending->len, "");
    resetStringInfo(pending);
    if (pending->maxlen > memory_kept) {
        pending->data = reallocate(pending->data, memory_kept);
        pending->maxlen = memory_kept;
    }
}

void drop_pending(Session &session, int length)
{
    session.pending.len = length;
    if (length == 0)
        resetStringInfo(&session.pending);
}

void flush_if_large(Session &session)
{
    if (session.pending.len >= large_message)
        flush(session);
}

void set_role(Session &session, const char *role)
{
    Transaction &transaction = *session.transaction;
    if (role == transaction.role || (role && transaction.role && strcmp(role, transaction.role) == 0))
        return;
    SqlWriter out;
    if (role)
        out.text("SET LOCAL ROLE ").name(role);
    else
        out.text("RESET ROLE");
    write_sql(session, out);
    transaction.role = role ? MemoryContextStrdup(session.transaction->context, role) : nullptr;
}

void hold_output(Session &session)
{
    if (session.transaction->holding)
        return;
    begin_if_needed(session);
    flush(session);
    // Messages that are held back belong to no role, so the role stays as it is.
    if (session.options.form == Form::sql)
        set_role(session, nullptr);
    session.transaction->holding = true;
}

void stop_holding(Session &session)
{
    flush(session);
    session.transaction->holding = false;
}

void release_output(Session &session)
{
    Transaction &transaction = *session.transaction;
    if (!transaction.holding && !transaction.held)
        return;
    stop_holding(session);
    if (session.options.form == Form::sql)
        set_role(session, nullptr);
    if (transaction.streamed) {
        // If the subtransaction at hand is rolled back, so is it that the messages stand here.
        (void)pending_message(session);
        flush(session);
    }
    List *held = transaction.held;
    transaction.held = NIL;
    for (StringInfo message : each<StringInfoData>(held)) {
        write_message(session, message->data, message->len, "");
        if (!transaction.streamed)
            pfree(message->data);
    }
    if (!transaction.streamed)
        list_free_deep(held);
}

void place_output(Session &session, bool in_script)
{
    if (in_script)
        hold_output(session);
    else
        release_output(session);
}

void count_change(Session &session)
{
    if (++session.silent_changes < most_silent_changes)
        return;
    session.silent_changes = 0;
    OutputPluginUpdateProgress(session.ctx, false);
}

} // namespace pg_follower::decode
