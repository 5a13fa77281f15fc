// The output plugin's callbacks: DDL messages as SQL text.
#include "pg_follower/compat.hpp"
#include "pg_follower/decode.hpp"
#include "pg_follower/message.hpp"
#include "pg_follower/names.hpp"

namespace pg_follower {
namespace {

uint64 last_number;

void startup(LogicalDecodingContext *, OutputPluginOptions *options, bool)
{
    options->output_type = OUTPUT_PLUGIN_TEXTUAL_OUTPUT;
}

void begin(LogicalDecodingContext *, ReorderBufferTXN *)
{
    last_number = 0;
}

void change(LogicalDecodingContext *, ReorderBufferTXN *, Relation, ReorderBufferChange *) {}

void commit(LogicalDecodingContext *, ReorderBufferTXN *, XLogRecPtr) {}

void message(LogicalDecodingContext *context, ReorderBufferTXN *transaction, XLogRecPtr, bool transactional,
             const char *prefix, Size size, const char *content)
{
    DdlMessage ddl;
    if (!transactional || strcmp(prefix, message_prefix) != 0 ||
        !decode_ddl(content, size, transaction->xid, last_number, ddl))
        return;
    OutputPluginPrepareWrite(context, true);
    if (ddl.kind == DdlKind::unsupported)
        appendStringInfo(context->out, "-- pg_follower: cannot follow %s %s: %s", ddl.tag, ddl.object, ddl.sql);
    else
        appendStringInfo(context->out, "%s;", ddl.sql);
    OutputPluginWrite(context, true);
}

} // namespace

void init_output_plugin(OutputPluginCallbacks *callbacks)
{
    callbacks->startup_cb = startup;
    callbacks->begin_cb = begin;
    callbacks->change_cb = change;
    callbacks->commit_cb = commit;
    callbacks->message_cb = message;
}

} // namespace pg_follower
