// Copies a table. See table_copy.hpp.
#include "apply/copy/table_copy.hpp"

#include "apply/copy/load.hpp"
#include "apply/copy/statistics.hpp"
#include "apply/copy/table_states.hpp"
#include "apply/state/spi.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/ddl_message.hpp"
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/followers.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/table.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "pgstat.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"
}

namespace pg_follower::apply {
namespace {

// A table of this size is worth a transaction that says that its copy has begun.
constexpr int64 shown_bytes = 1024 * 1024;

// Copies the table in the current transaction. Returns false where it has to wait; the transaction must not be
// committed then.
bool copy_rows(Copy &copy, Relation table, Loaded &loaded)
{
    ErrorContextScope context(describe_table, static_cast<void *>(table));
    if (!has_rows_of_upstream(table))
        return true;
    show_table(table);
    if (!copy.source.lock(table))
        return false;
    bool is_followed = tell_followers(copy);
    loaded = replace_rows(table, copy.source, is_followed);
    return copy.source.release();
}

// Runs `body` in a transaction with the table, locked as ANALYZE locks it. Returns what it returns, and true where
// there is no such table any more; an error is a warning, and false.
template <typename Body> bool with_locked(const Copy &copy, Oid relid, Body body)
{
    // It is volatile because it is set between PG_TRY and a longjmp.
    volatile bool done = false;
    PG_TRY();
    {
        done = attempt(copy, [&] {
            Relation table = try_table_open(relid, ShareUpdateExclusiveLock);
            if (!table)
                return true;
            bool kept = body(table);
            table_close(table, NoLock);
            return kept;
        });
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(copy.context);
        const ErrorData *error = CopyErrorData();
        if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
            PG_RE_THROW();
        FlushErrorState();
        ereport(WARNING, (errmsg("could not analyze a table after its copy: %s", error->message)));
    }
    PG_END_TRY();
    return done;
}

} // namespace

bool has_rows_of_upstream(Relation table)
{
    char kind = table->rd_rel->relkind;
    if ((kind != RELKIND_RELATION && kind != RELKIND_MATVIEW) ||
        table->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT || RelationGetRelid(table) < FirstNormalObjectId)
        return false;
    Oid extension = getExtensionOfObject(RelationRelationId, RelationGetRelid(table));
    if (!OidIsValid(extension) || kind == RELKIND_MATVIEW)
        return !OidIsValid(extension);
    List *skipped = NIL;
    (void)SplitIdentifierString(pstrdup(settings.skip_extension_tables), ',', &skipped);
    return extension != get_extension_oid(extension_name, true) && rows_of_extension_follow(table, extension, skipped);
}

// A slot that is made after this waits for the end of a transaction that has an id.
bool tell_followers(const Copy &copy)
{
    (void)GetTopTransactionId();
    if (!anybody_follows())
        return false;
    log_ddl({DdlKind::sources, "", "", "", copy.source.sources(copy.lsn)});
    return true;
}

void show_table(Relation table)
{
    pgstat_report_activity(STATE_RUNNING,
                           psprintf("copying table \"%s.%s\"", get_namespace_name(RelationGetNamespace(table)),
                                    RelationGetRelationName(table)));
}

void describe_table(void *table)
{
    auto relation = static_cast<Relation>(table);
    errcontext("copying table \"%s.%s\"", get_namespace_name(RelationGetNamespace(relation)),
               RelationGetRelationName(relation));
}

void analyze(const Copy &copy, Oid relid)
{
    (void)with_locked(copy, relid, [&](Relation) {
        SqlWriter text;
        text.text(analyze_command()).relation_name(relid);
        SpiScope spi;
        check_result(SPI_execute(text.c_str(), false, 0));
        return true;
    });
}

void give_statistics(Copy &copy, Oid relid, int64 rows)
{
    // The rows that were copied count as changes before this, or autovacuum would analyze the table once more.
    (void)pgstat_report_stat(true);
    if (!with_locked(copy, relid, [&](Relation table) { return take_statistics(copy.source, table, rows); }))
        analyze(copy, relid);
}

void copy_table(Copy &copy, const SourceTable &task)
{
    int32 follow = copy.follow->id;
    bool shown = task.bytes >= shown_bytes;
    if (shown)
        in_transaction(copy, [&] { note_begin(follow, task.relid); });
    Loaded loaded = {};
    bool copied = attempt(copy, [&] {
        if (!shown)
            note_begin(follow, task.relid);
        Relation table = try_table_open(task.relid, AccessExclusiveLock);
        if (!table)
            return true;
        bool done = copy_rows(copy, table, loaded);
        table_close(table, NoLock);
        if (done)
            note_copied(follow, task.relid, copy.lsn, loaded);
        PGF_FAILPOINT(table_copied);
        return done;
    });
    PGF_FAILPOINT(table_committed);
    if (!copied)
        in_transaction(copy, [&] { note_changed(follow, task.relid); });
    else if (loaded.rows > 0)
        give_statistics(copy, task.relid, loaded.rows);
    pgstat_report_activity(STATE_IDLE, nullptr);
}

} // namespace pg_follower::apply
