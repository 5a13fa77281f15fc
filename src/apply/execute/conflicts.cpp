// See conflicts.hpp.
//
// A row is applied in a subtransaction. Where a unique index refuses it, the index tells how to find the row that is in
// its way: by the values of the index's columns, which the new row has. That row is deleted, and the new one tried
// again, until no index refuses it; or the new row is left out. An index over expressions, and an exclusion constraint,
// do not tell; there the error stays one.
//
// Who wrote a row here is known where the server keeps commit timestamps (track_commit_timestamp).
#include "apply/execute/conflicts.hpp"

#include "apply/execute/row_plans.hpp"
#include "apply/execute/session.hpp"
#include "apply/execute/silenced.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/spi.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"
#include "pg_follower/subtransaction.hpp"

extern "C" {
#include "access/commit_ts.h"
#include "access/genam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "replication/origin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *upstream_stays = "the row of the upstream was taken";
constexpr const char *local_stays = "the row of the upstream was left out";

// A row that is deleted while another session inserts it anew may be met so often.
constexpr int most_rounds = 100;

// Runs `apply` in a subtransaction. Returns the error where a unique index refused the row, and null where none did.
ErrorData *try_apply(uint64 (*apply)(void *), void *argument, uint64 *found)
{
    ErrorData *failure = try_in_subtransaction([&] { *found = apply(argument); });
    if (failure) {
        // The statement was left by the error, so it has not said that its plan is no longer in use.
        RowPlanScope none(nullptr, nullptr);
        if (failure->sqlerrcode != ERRCODE_UNIQUE_VIOLATION)
            ReThrowError(failure);
    }
    return failure;
}

// Runs a statement that has the parameters of the change, as the table's owner. Returns its plan.
SPIPlanPtr run(Conflicts::Execute execute, const RowChange &change, const char *sql)
{
    const Statement &statement = *change.statement;
    auto types = allocate<Oid>(statement.count);
    auto flags = allocate<char>(statement.count + 1);
    for (int i = 0; i < statement.count; ++i) {
        types[i] = statement.parameters[i].type;
        flags[i] = change.nulls[i] ? 'n' : ' ';
    }
    SPIPlanPtr plan = nullptr;
    execute(&statement, &plan, sql, statement.count, types, change.datums, flags);
    return plan;
}

// The number of the parameter that holds the new row's value of a column; -1 where none does. A column that an UPDATE
// leaves as it is may be among those that find the row.
int parameter_of(const Statement &statement, const char *column)
{
    int place = -1;
    for (int i = 0; i < statement.count; ++i)
        if (strcmp(statement.parameters[i].column, column) == 0 && (place < 0 || !statement.parameters[i].finds_row))
            place = i;
    return place;
}

// Writes the condition for rows that have the new row's values in the columns of a unique index. Returns false where
// that cannot be said.
bool write_same_key(SqlWriter &out, const Statement &statement, const char *index_name)
{
    RelationScope table(statement.relation);
    Oid index_oid = get_relname_relid(index_name, RelationGetNamespace(table));
    if (!OidIsValid(index_oid) || get_rel_relkind(index_oid) != RELKIND_INDEX)
        return false;
    Relation index = index_open(index_oid, AccessShareLock);
    bool possible = index->rd_index->indrelid == statement.relation && index->rd_index->indisunique;
    SqlWriter::Separator conjunction(" AND ");
    for (int i = 0; possible && i < index->rd_index->indnkeyatts; ++i) {
        AttrNumber column = index->rd_index->indkey.values[i];
        const char *name = column > 0 ? get_attname(statement.relation, column, false) : nullptr;
        int parameter = name ? parameter_of(statement, name) : -1;
        Oid equality = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i], index->rd_opcintype[i],
                                           BTEqualStrategyNumber);
        possible = parameter >= 0 && OidIsValid(equality);
        if (!possible)
            break;
        out.next(conjunction).text("(t.").name(name).text(" OPERATOR(").operator_name(equality).text(") $");
        out.number(parameter + 1);
        if (index->rd_index->indnullsnotdistinct)
            out.text(" OR t.").name(name).text(" IS NULL AND $").number(parameter + 1).text(" IS NULL");
        out.text(")");
    }
    if (possible)
        if (List *predicate = RelationGetIndexPredicate(index)) {
            auto condition = reinterpret_cast<Node *>(make_ands_explicit(predicate));
            List *names = deparse_context_for("t", statement.relation);
            out.next(conjunction).text("(").text(deparse_expression(condition, names, true, false)).text(")");
        }
    index_close(index, AccessShareLock);
    return possible;
}

// The condition by which an UPDATE or DELETE finds its row by a key, with the row under the name t; null where the
// statement is of another kind. It stands behind the statement's only WHERE outside of quoted names.
const char *key_condition(const Statement &statement)
{
    if (statement.kind->finds_by != FindsBy::key || strncmp(statement.one, "WITH ", 5) == 0)
        return nullptr;
    constexpr const char *where = " WHERE ";
    bool quoted = false;
    for (const char *at = statement.one; *at; ++at) {
        quoted ^= *at == '"';
        if (!quoted && strncmp(at, where, strlen(where)) == 0)
            return at + strlen(where);
    }
    return nullptr;
}

void write_value(StringInfo out, const char *column, Oid type, Datum value, bool null)
{
    if (out->len > 0)
        appendStringInfoString(out, ", ");
    appendStringInfo(out, "%s = ", quote_identifier(column));
    if (null) {
        appendStringInfoString(out, "NULL");
        return;
    }
    Oid output;
    bool varlena;
    getTypeOutputInfo(type, &output, &varlena);
    SqlWriter literal;
    literal.literal(OidOutputFunctionCall(output, value));
    appendStringInfoString(out, literal.c_str());
}

// The row of the upstream, as far as the stream has it: the new one where there is one, else what finds the old one.
// Values are written as the table's owner, whose functions that may call.
const char *upstream_row(const RowChange &change)
{
    const Statement &statement = *change.statement;
    OwnerScope owner(statement.owner);
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < statement.count; ++i)
        if (parameter_of(statement, statement.parameters[i].column) == i)
            write_value(&text, statement.parameters[i].column, statement.parameters[i].type, change.datums[i],
                        change.nulls[i]);
    return text.data;
}

// The row in the result of a query, behind its first column.
const char *local_row(const Statement &statement, HeapTuple tuple, TupleDesc description)
{
    OwnerScope owner(statement.owner);
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 1; i < description->natts; ++i) {
        bool null;
        Datum value = heap_getattr(tuple, i + 1, description, &null);
        Form_pg_attribute column = TupleDescAttr(description, i);
        write_value(&text, NameStr(column->attname), column->atttypid, value, null);
    }
    return text.data;
}

} // namespace

bool Conflicts::handles(const Statement &statement)
{
    // The rewriter's view of rules that do not fire would outlive an error.
    return settings.on_conflict != OnConflict::error && !has_silenced(statement.silenced, EffectKind::rule);
}

bool Conflicts::looks_at_rows()
{
    return settings.on_conflict != OnConflict::error && track_commit_timestamp;
}

bool Conflicts::try_run(uint64 (*apply)(void *), void *argument)
{
    uint64 found;
    return !try_apply(apply, argument, &found);
}

// Finds the rows of this server that the condition says, whose parameters are those of the change; deletes them, or
// only reads them.
Conflicts::LocalRows Conflicts::find(const RowChange &change, const char *condition, bool remove)
{
    const Statement &statement = *change.statement;
    SqlWriter sql;
    sql.text(remove ? "DELETE FROM ONLY " : "SELECT t.xmin, t.* FROM ONLY ");
    sql.name(statement.schema, statement.table).text(" AS t WHERE ").text(condition);
    if (remove)
        sql.text(" RETURNING t.xmin, t.*");
    StringInfoData text;
    initStringInfo(&text);
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    SPIPlanPtr plan = run(execute_, change, sql.c_str());
    LocalRows rows = {static_cast<int>(SPI_processed), nullptr, InvalidTransactionId};
    for (int i = 0; i < rows.count; ++i) {
        HeapTuple tuple = SPI_tuptable->vals[i];
        bool null;
        rows.xid = DatumGetTransactionId(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &null));
        appendStringInfo(&text, "%s(%s)", i > 0 ? ", " : "", local_row(statement, tuple, SPI_tuptable->tupdesc));
    }
    SPI_freeplan(plan);
    rows.text = MemoryContextStrdup(context, text.data);
    return rows;
}

int64 Conflicts::apply(const RowChange &change, uint64 (*apply)(void *), void *argument)
{
    const Statement &statement = *change.statement;
    if (origin_differs(change) && settings.on_conflict == OnConflict::skip)
        return -1;
    if (statement.kind->command == RowCommand::delete_row)
        return static_cast<int64>(apply(argument));
    bool is_insert = statement.kind->command == RowCommand::insert_row;
    LocalRows all = {};
    const char *first_index = nullptr;
    Conflict conflict = is_insert ? Conflict::insert_exists : Conflict::update_exists;
    for (int round = 0;; ++round) {
        uint64 found;
        ErrorData *failure = try_apply(apply, argument, &found);
        if (!failure) {
            if (all.count > 0)
                note(change, conflict, all, upstream_stays);
            return static_cast<int64>(found);
        }
        SqlWriter condition;
        if (round == most_rounds || !failure->constraint_name ||
            !write_same_key(condition, statement, failure->constraint_name))
            ReThrowError(failure);
        bool remove = settings.on_conflict == OnConflict::upstream;
        LocalRows rows = find(change, condition.c_str(), remove);
        if (!remove) {
            note(change, conflict, rows, local_stays);
            return -1;
        }
        if (rows.count == 0)
            continue;
        all.text = all.count > 0 ? psprintf("%s, %s", all.text, rows.text) : rows.text;
        all.count += rows.count;
        all.xid = rows.xid;
        if (first_index && strcmp(first_index, failure->constraint_name) != 0)
            conflict = Conflict::multiple_unique_conflicts;
        first_index = failure->constraint_name;
    }
}

// Whether the row to change was last written by somebody else than this follow.
bool Conflicts::origin_differs(const RowChange &change)
{
    const char *condition = track_commit_timestamp ? key_condition(*change.statement) : nullptr;
    if (!condition)
        return false;
    LocalRows rows = find(change, condition, false);
    TimestampTz time;
    RepOriginId origin;
    if (rows.count == 0 || TransactionIdIsCurrentTransactionId(rows.xid) || !TransactionIdIsNormal(rows.xid) ||
        !TransactionIdGetCommitTsData(rows.xid, &time, &origin) || origin == replorigin_session_origin ||
        (origin == InvalidRepOriginId && came_with_copy(follow_, change.statement->relation, rows.xid)))
        return false;
    note(change,
         change.statement->kind->command == RowCommand::update_row ? Conflict::update_origin_differs
                                                                   : Conflict::delete_origin_differs,
         rows, settings.on_conflict == OnConflict::skip ? local_stays : upstream_stays);
    return true;
}

// Inserts the new row of an UPDATE, where the stream has all of its columns.
bool Conflicts::insert_missing(const RowChange &change)
{
    const Statement &statement = *change.statement;
    SqlWriter sql, values;
    sql.text("INSERT INTO ").name(statement.schema, statement.table).text(" (");
    {
        RelationScope table(statement.relation);
        SqlWriter::Separator comma(", "), value_comma(", ");
        TupleDesc description = RelationGetDescr(table);
        for (int i = 0; i < description->natts; ++i) {
            Form_pg_attribute column = TupleDescAttr(description, i);
            if (column->attisdropped || column->attgenerated)
                continue;
            int parameter = parameter_of(statement, NameStr(column->attname));
            if (parameter < 0)
                return false;
            sql.next(comma).name(NameStr(column->attname));
            values.next(value_comma).text('$').number(parameter + 1);
        }
    }
    sql.text(") OVERRIDING SYSTEM VALUE VALUES (").text(values.c_str()).text(")");
    struct Insert {
        Execute execute;
        const RowChange *change;
        const char *sql;
    } insert = {execute_, &change, sql.c_str()};
    // A subtransaction of its own: another unique index may refuse the row, which is an error then.
    uint64 found;
    ErrorData *failure = try_apply(
        [](void *argument) -> uint64 {
            auto [execute, change, sql] = *static_cast<Insert *>(argument);
            SpiScope spi;
            SPI_freeplan(run(execute, *change, sql));
            return SPI_processed;
        },
        &insert, &found);
    if (failure)
        ReThrowError(failure);
    return true;
}

bool Conflicts::missing(const RowChange &change)
{
    bool is_update = change.statement->kind->command == RowCommand::update_row;
    bool inserted = is_update && settings.on_conflict == OnConflict::upstream &&
                    !has_silenced(change.statement->silenced, EffectKind::rule) && insert_missing(change);
    bool is_open = settings.on_conflict == OnConflict::error ||
                   (is_update && settings.on_conflict == OnConflict::upstream && !inserted);
    note(change, is_update ? Conflict::update_missing : Conflict::delete_missing, {},
         inserted ? upstream_stays : local_stays);
    return !is_open;
}

void Conflicts::note(const RowChange &change, Conflict conflict, const LocalRows &local, const char *resolution)
{
    const Statement &statement = *change.statement;
    const char *row = upstream_row(change);
    MemoryContextScope scope(TopTransactionContext);
    Entry *entry = nullptr;
    for (Entry *known : each<Entry>(entries_))
        if (strcmp(known->schema, statement.schema) == 0 && strcmp(known->table, statement.table) == 0)
            entry = known;
    if (!entry) {
        entry = allocate_zeroed<Entry>();
        entry->schema = pstrdup(statement.schema);
        entry->table = pstrdup(statement.table);
        entries_ = lappend(entries_, entry);
    }
    ++entry->counts[static_cast<int>(conflict)];
    if (settings.max_conflicts == 0)
        return;

    auto note = allocate_zeroed<ConflictNote>();
    note->transaction = change.transaction;
    note->conflict = conflict;
    note->schema = entry->schema;
    note->table = entry->table;
    note->upstream_row = pstrdup(row);
    note->local_row = local.text ? pstrdup(local.text) : nullptr;
    note->local_xid = local.xid;
    RepOriginId origin;
    char *name;
    if (track_commit_timestamp && TransactionIdIsNormal(local.xid) &&
        TransactionIdGetCommitTsData(local.xid, &note->local_committed_at, &origin) && origin != InvalidRepOriginId &&
        replorigin_by_oid(origin, true, &name))
        note->local_origin = name;
    note->resolution = resolution;
    notes_ = lappend(notes_, note);
    // A transaction keeps no more than the table does.
    if (list_length(notes_) > settings.max_conflicts)
        notes_ = list_delete_first(notes_);
}

} // namespace pg_follower::apply
