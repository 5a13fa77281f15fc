// The output plugin's callbacks, in the order in which a session meets them.
//
// A session decodes whole transactions, one after the other, at their commit; prepared ones at COMMIT PREPARED. Where
// the client asks for it, large ones are streamed while they are open (streamed.hpp). All state is in a Session, which
// lives in the decoding context's memory and goes with it, by shutdown or by an error.
#include "pg_follower/decode.hpp"

#include "decode/ddl.hpp"
#include "decode/output.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "decode/rows.hpp"
#include "decode/session.hpp"
#include "decode/streamed.hpp"
#include "decode/truncate.hpp"

extern "C" {
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "replication/origin.h"
}

#include <new>

namespace pg_follower {
namespace decode {

namespace {

void forget_session(void *)
{
    remove_active_caches();
}

// Whether text has to be converted for the client; from SQL_ASCII, which holds any bytes, that is to verify it.
bool converts_text()
{
    int client = pg_get_client_encoding();
    return client != GetDatabaseEncoding() && client != PG_SQL_ASCII;
}

// Refuses a client that has lost what it once confirmed: the slot would go on behind that, and what lies between would
// be missing. Only here is it certain that nobody else moves the slot.
void check_confirmed(LogicalDecodingContext *ctx, const Options &options)
{
    XLogRecPtr slot = ctx->slot->data.confirmed_flush;
    if (options.confirmed != InvalidXLogRecPtr && slot > options.confirmed)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("replication slot \"%s\" is at %X/%X, but its client knows of nothing after %X/%X",
                               NameStr(ctx->slot->data.name), PGF_LSN(slot), PGF_LSN(options.confirmed))));
}

void startup(LogicalDecodingContext *ctx, OutputPluginOptions *output, bool is_init)
{
    output->output_type = OUTPUT_PLUGIN_TEXTUAL_OUTPUT;
    output->receive_rewrites = true;
    ctx->streaming = false;
    // While a slot is made, there are no options and nothing is decoded.
    if (is_init)
        return;
    MemoryContext memory = AllocSetContextCreate(ctx->context, "pg_follower session", ALLOCSET_DEFAULT_SIZES);
    MemoryContextScope scope(memory);
    Options options = parse_options(ctx->output_plugin_options);
    check_confirmed(ctx, options);
    if (options.form == Form::statements)
        output->output_type = OUTPUT_PLUGIN_BINARY_OUTPUT;
    auto callback = allocate_zeroed<MemoryContextCallback>();
    callback->func = forget_session;
    MemoryContextRegisterResetCallback(memory, callback);

    auto session = new (palloc0(sizeof(Session))) Session(ctx, memory);
    session->options = options;
    session->converts = converts_text();
    ctx->output_plugin_private = session;
    ctx->streaming = options.streams;
    add_active_cache(&session->facts);

    // In the SQL functions the settings end with the session, or with the transaction if an error ends it.
    if (IsTransactionState())
        session->guc_level = NewGUCNestLevel();
    apply_fixed_settings();
}

bool filter_by_origin(LogicalDecodingContext *ctx, RepOriginId origin)
{
    return origin != InvalidRepOriginId && !session_of(ctx).options.foreign_origins;
}

void begin(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
    Session &session = session_of(ctx);
    session.transaction = &session.whole;
    session.whole.begin(txn);
}

void change(LogicalDecodingContext *ctx, ReorderBufferTXN *, Relation relation, ReorderBufferChange *change)
{
    Session &session = session_of(ctx);
    if (session.transaction->held_downstream) {
        count_change(session);
        return;
    }
    MemoryContextScope scope(session.change_context);
    send_row(session, relation, change);
    MemoryContextReset(session.change_context);
}

void truncate(LogicalDecodingContext *ctx, ReorderBufferTXN *, int count, Relation relations[],
              ReorderBufferChange *change)
{
    Session &session = session_of(ctx);
    if (session.transaction->held_downstream) {
        count_change(session);
        return;
    }
    MemoryContextScope scope(session.change_context);
    send_truncate(session, count, relations, change);
    MemoryContextReset(session.change_context);
}

void message(LogicalDecodingContext *ctx, ReorderBufferTXN *, XLogRecPtr, bool transactional, const char *prefix,
             Size size, const char *content)
{
    Session &session = session_of(ctx);
    if (!transactional || strcmp(prefix, message_prefix) != 0) {
        count_change(session);
        return;
    }
    MemoryContextScope scope(session.change_context);
    send_message(session, content, size);
    MemoryContextReset(session.change_context);
}

void commit(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr commit_lsn)
{
    Session &session = session_of(ctx);
    MemoryContextScope scope(session.change_context);
    release_output(session);
    write_lost_rows(session);
    bool begun = session.transaction->begun;
    if (begun)
        PGF_FAILPOINT(before_decoded_commit);
    // A transaction that had nothing to write still moves positions, and wakes who waits for them.
    OutputPluginUpdateProgress(ctx, !begun);
    if (begun && session.options.form == Form::sql)
        write_sql(session, "COMMIT", 6);
    else if (begun) {
        stream_write(pending_message(session), CommitRecord{commit_lsn, txn->end_lsn, txn->xact_time.commit_time});
        flush(session);
        PGF_FAILPOINT(after_decoded_commit);
    }
    session.whole.begin(nullptr);
    MemoryContextReset(session.change_context);
}

void stream_start(LogicalDecodingContext *ctx, ReorderBufferTXN *txn)
{
    begin_block(session_of(ctx), txn);
}

void stream_stop(LogicalDecodingContext *ctx, ReorderBufferTXN *)
{
    end_block(session_of(ctx));
}

void stream_change(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, Relation relation, ReorderBufferChange *decoded)
{
    begin_change(session_of(ctx), decoded->txn->xid);
    change(ctx, txn, relation, decoded);
    end_change(session_of(ctx));
}

void stream_truncate(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, int count, Relation relations[],
                     ReorderBufferChange *decoded)
{
    begin_change(session_of(ctx), decoded->txn->xid);
    truncate(ctx, txn, count, relations, decoded);
    end_change(session_of(ctx));
}

void stream_message(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr lsn, bool transactional,
                    const char *prefix, Size size, const char *content)
{
    if (!transactional) {
        message(ctx, txn, lsn, transactional, prefix, size, content);
        return;
    }
    // Nothing says which subtransaction a message belongs to, but the reorder buffer watches the change's own
    // transaction as long as that may be rolled back.
    begin_change(session_of(ctx), TransactionIdIsValid(CheckXidAlive) ? CheckXidAlive : txn->xid);
    message(ctx, txn, lsn, transactional, prefix, size, content);
    end_change(session_of(ctx));
}

void stream_abort(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr)
{
    roll_back(session_of(ctx), txn);
}

void stream_commit(LogicalDecodingContext *ctx, ReorderBufferTXN *txn, XLogRecPtr)
{
    Session &session = session_of(ctx);
    MemoryContextScope scope(session.change_context);
    bool begun = commit_streamed(session, txn);
    OutputPluginUpdateProgress(ctx, !begun);
    flush(session);
    MemoryContextReset(session.change_context);
}

void shutdown(LogicalDecodingContext *ctx)
{
    // There is no session where only a slot was made.
    if (!ctx->output_plugin_private)
        return;
    remove_active_caches();
    if (int level = session_of(ctx).guc_level)
        AtEOXact_GUC(true, level);
}

} // namespace
} // namespace decode

void init_output_plugin(OutputPluginCallbacks *callbacks)
{
    callbacks->startup_cb = decode::startup;
    callbacks->filter_by_origin_cb = decode::filter_by_origin;
    callbacks->begin_cb = decode::begin;
    callbacks->change_cb = decode::change;
    callbacks->truncate_cb = decode::truncate;
    callbacks->message_cb = decode::message;
    callbacks->commit_cb = decode::commit;
    callbacks->stream_start_cb = decode::stream_start;
    callbacks->stream_stop_cb = decode::stream_stop;
    callbacks->stream_change_cb = decode::stream_change;
    callbacks->stream_truncate_cb = decode::stream_truncate;
    callbacks->stream_message_cb = decode::stream_message;
    callbacks->stream_abort_cb = decode::stream_abort;
    callbacks->stream_commit_cb = decode::stream_commit;
    callbacks->shutdown_cb = decode::shutdown;
}

} // namespace pg_follower
