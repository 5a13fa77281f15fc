// Passes on INSERT, UPDATE and DELETE.
//
// WAL has the whole new row, but for TOAST values that an UPDATE did not change: those columns are left out of its SET.
// Of the old row it has what the replica identity asks for: nothing in an UPDATE that leaves the key as it is, else the
// key, or all columns with FULL.
#include "decode/rows.hpp"

#include "decode/ddl.hpp"
#include "decode/output.hpp"
#include "decode/row_sql.hpp"
#include "decode/row_versions.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/value_layout.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
}

namespace pg_follower::decode {
namespace {

// Statements of one relation that differ only in the TOAST columns they leave out.
constexpr int most_statements = 64;

// What is being read, for errors that a value raises.
struct Position {
    const RelationFacts *facts;
    const Column *column;
};

void describe_position(void *argument)
{
    auto position = static_cast<const Position *>(argument);
    if (position->column)
        errcontext("column %s of table %s", position->column->sql_name, position->facts->sql_name);
    else
        errcontext("table %s", position->facts->sql_name);
}

// A row change on its way: its tuples, and the statement that they ask for.
struct RowChange {
    Session &session;
    RelationFacts &facts;
    Position position;
    RowKind kind;
    bool replaces;
    const RowValues *set;  // the new row; the old one of a DELETE, which sets nothing
    const RowValues *find; // what finds the old row; the new one of an INSERT, which finds nothing
};

// ------------------------------------------------------------------------------------------------ rows that are lost

// Counts a row whose change cannot follow, because WAL does not have the old row.
void lose_row(Session &session, const RelationFacts &facts, ReorderBufferChangeType action)
{
    LostRows *lost = nullptr;
    SqlWriter object;
    object.text("table ").text(facts.sql_name);
    for (LostRows *known : each<LostRows>(session.transaction->lost))
        if (strcmp(known->object, object.c_str()) == 0)
            lost = known;
    if (!lost) {
        MemoryContextScope scope(session.transaction->context);
        lost = allocate_zeroed<LostRows>();
        lost->object = pstrdup(object.c_str());
        session.transaction->lost = lappend(session.transaction->lost, lost);
    }
    ++(action == REORDER_BUFFER_CHANGE_UPDATE ? lost->updates : lost->deletes);

    if (list_member_oid(session.warned, facts.relid))
        return;
    MemoryContextScope scope(session.context);
    session.warned = lappend_oid(session.warned, facts.relid);
    ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                      errmsg("rows changed in table %s cannot follow", facts.sql_name),
                      errdetail("The table has no replica identity, so the old rows are not in WAL."),
                      errhint("Give the table a primary key or use ALTER TABLE ... REPLICA IDENTITY FULL.")));
}

void write_lost(Session &session, const LostRows &lost, const char *tag, uint64 count)
{
    if (count == 0)
        return;
    SqlWriter reason;
    reason.number(static_cast<int64>(count));
    reason.text(count == 1 ? " row" : " rows").text(" of a table without replica identity");
    write_ddl(session, {DdlKind::unsupported, tag, lost.object, "", reason.c_str()});
}

// -------------------------------------------------------------------------------------------------------- statements

// The columns of the new row whose TOAST values were left where they are.
Bitmapset *unchanged_toast(const RelationFacts &facts, const RowValues &row)
{
    Bitmapset *unchanged = nullptr;
    for (int i = 0; i < facts.column_count; ++i) {
        const Column &column = facts.columns[i];
        if (column.is_varlena && !column.is_generated && !row.nulls[column.index] &&
            VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(row.values[column.index])))
            unchanged = bms_add_member(unchanged, i);
    }
    return unchanged;
}

// Whether a statement of `kind` sets the column.
bool sets_column(const RowStatement &statement, const Column &column)
{
    if (column.is_generated)
        return false;
    switch (statement.kind->command) {
    case RowCommand::insert_row:
        return true;
    case RowCommand::update_row:
        return statement.kind->moves_key ? statement.replaces || !column.is_always_identity : !column.is_key;
    case RowCommand::delete_row:
        break;
    }
    return false;
}

void choose_set_columns(RelationFacts &facts, RowStatement &statement)
{
    statement.set = allocate<Column *>(facts.column_count);
    for (int i = 0; i < facts.column_count; ++i)
        if (sets_column(statement, facts.columns[i]) && !bms_is_member(i, statement.left_out))
            statement.set[statement.set_count++] = &facts.columns[i];
}

void choose_find_columns(RelationFacts &facts, RowStatement &statement)
{
    statement.find = allocate<Column *>(facts.column_count);
    switch (statement.kind->finds_by) {
    case FindsBy::nothing:
        break;
    case FindsBy::key:
        for (int i = 0; i < facts.key_count; ++i)
            statement.find[statement.find_count++] = facts.keys[i].column;
        break;
    case FindsBy::row:
        for (int i = 0; i < facts.column_count; ++i)
            if (!facts.columns[i].is_generated)
                statement.find[statement.find_count++] = &facts.columns[i];
        break;
    }
}

const char *layout_of(const ValueOutput &output)
{
    return output.form() == ValueForm::image ? value_layout(output.type) : "";
}

// Tells the client the statement's text.
void define_statement(RowChange &change, const RowStatement &statement)
{
    Session &session = change.session;
    SqlWriter one;
    SqlWriter run;
    write_one(one, change.facts, statement);
    write_run(run, change.facts, statement);
    int count = statement.parameter_count();
    auto parameters = allocate<StatementParameter>(count);
    for (int i = 0; i < count; ++i)
        parameters[i] = {statement.parameter(i).name, i >= statement.set_count, statement.parameter(i).output.form(),
                         layout_of(statement.parameter(i).output)};
    stream_write(pending_message(session),
                 StatementRecord{statement.id, statement.kind, change.facts.schema, change.facts.table, one.c_str(),
                                 run.c_str(), change.facts.effects, static_cast<uint16>(count), parameters});
}

// Makes the statement and gives it a place among the relation's, which the oldest leaves if need be.
RowStatement *make_statement(RowChange &change, const Bitmapset *left_out)
{
    RelationFacts &facts = change.facts;
    MemoryContextScope scope(facts.context);
    if (!facts.statements)
        facts.statements = allocate_zeroed<RowStatement *>(most_statements);
    int place = facts.statement_count;
    uint32 id;
    if (place < most_statements) {
        ++facts.statement_count;
        id = change.session.transaction->facts->take_statement_id();
        facts.statements[place] = allocate<RowStatement>();
    } else {
        place = facts.next_replaced;
        facts.next_replaced = (place + 1) % most_statements;
        RowStatement *replaced = facts.statements[place];
        id = replaced->id;
        bms_free(replaced->left_out);
        pfree(replaced->set);
        pfree(replaced->find);
    }
    RowStatement *statement = facts.statements[place];
    *statement = {};
    statement->kind = find_row_kind(change.kind);
    statement->replaces = change.replaces;
    statement->id = id;
    statement->left_out = bms_copy(left_out);
    choose_set_columns(facts, *statement);
    choose_find_columns(facts, *statement);
    return statement;
}

// The statement for the change. The client knows it already, unless `fresh` says that it was just made.
RowStatement *statement_for(RowChange &change, const Bitmapset *left_out, bool &fresh)
{
    RelationFacts &facts = change.facts;
    for (int i = 0; i < facts.statement_count; ++i) {
        RowStatement *statement = facts.statements[i];
        if (statement->kind->kind == change.kind && statement->replaces == change.replaces &&
            bms_equal(statement->left_out, left_out))
            return statement;
    }
    fresh = true;
    return make_statement(change, left_out);
}

// ------------------------------------------------------------------------------------------------------- writing rows

// Appends a value with its length before it.
void write_value(Session &session, StringInfo out, Column &column, Datum value)
{
    int start = out->len;
    stream_write_null(out);
    if (!session.converts || column.output.form() != ValueForm::text)
        append_value(out, column.output, value);
    else {
        resetStringInfo(&session.scratch);
        append_value(&session.scratch, column.output, value);
        char *converted = pg_server_to_client(session.scratch.data, session.scratch.len);
        size_t length = converted == session.scratch.data ? session.scratch.len : strlen(converted);
        need_room(out, length);
        appendBinaryStringInfo(out, converted, static_cast<int>(length));
    }
    // The length takes the place of the mark for null.
    uint32 length = pg_hton32(static_cast<uint32>(out->len - start - sizeof(uint32)));
    memcpy(out->data + start, &length, sizeof(length));
}

void write_row_record(RowChange &change, const RowStatement &statement)
{
    Session &session = change.session;
    StringInfo out = pending_message(session);
    int count = statement.parameter_count();
    stream_write_row_head(out, RowRecord{statement.id, static_cast<uint16>(count)});
    for (int i = 0; i < count; ++i) {
        Column &column = statement.parameter(i);
        const RowValues &row = i < statement.set_count ? *change.set : *change.find;
        change.position.column = &column;
        if (row.nulls[column.index])
            stream_write_null(out);
        else
            write_value(session, out, column, row.values[column.index]);
    }
    change.position.column = nullptr;
    flush_if_large(session);
}

// Tries output functions that are not the server's own, with the first values that they have to write.
void test_values(RowChange &change, const RowValues &row)
{
    RelationFacts &facts = change.facts;
    bool untested = false;
    for (int i = 0; i < facts.column_count; ++i) {
        Column &column = facts.columns[i];
        if (!column.output.untested)
            continue;
        Datum value = row.values[column.index];
        bool is_here =
            !row.nulls[column.index] && !(column.is_varlena && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(value)));
        change.position.column = &column;
        if (is_here && test_value_output(column.output, value))
            change.session.transaction->facts->forget_statements(facts);
        untested |= column.output.untested;
    }
    change.position.column = nullptr;
    facts.untested_values = untested;
}

void write_row(RowChange &change, const Bitmapset *left_out)
{
    // SQL text has room for the output function's text only.
    if (change.facts.untested_values && change.session.options.form == Form::statements)
        for (const RowValues *row : {change.set, change.find})
            test_values(change, *row);
    bool fresh = false;
    const RowStatement *statement = statement_for(change, left_out, fresh);
    Session &session = change.session;
    // An UPDATE that set nothing, or nothing but what each side computes for itself, leaves the row as it is.
    if (statement->set_count == 0 && statement->kind->command == RowCommand::update_row)
        return;
    begin_if_needed(session);
    if (session.options.form == Form::statements) {
        if (fresh)
            define_statement(change, *statement);
        write_row_record(change, *statement);
        return;
    }
    set_role(session, nullptr);
    SqlWriter sql;
    write_with_literals(sql, change.facts, *statement, *change.set, *change.find, change.position.column);
    write_sql(session, sql);
}

// ----------------------------------------------------------------------------------------------------- kinds of change

bool changes_identity_column(const RelationFacts &facts, const RowValues *old_row, const RowValues &new_row)
{
    for (int i = 0; i < facts.column_count; ++i) {
        const Column &column = facts.columns[i];
        if (!column.is_always_identity)
            continue;
        // Without its old value, a column outside of the key may have changed.
        bool known = old_row ? facts.identity == Identity::full || column.is_key : column.is_key;
        if (!known || (old_row && old_row->values[column.index] != new_row.values[column.index]))
            return true;
    }
    return false;
}

void send_update(RowChange &change, bool has_old_row, bool has_external)
{
    const RelationFacts &facts = change.facts;
    if (facts.identity == Identity::full)
        change.kind = RowKind::update_by_row;
    else
        change.kind = has_old_row ? RowKind::update_moves_key : RowKind::update_by_key;
    change.replaces = facts.has_identity_column &&
                      changes_identity_column(facts, has_old_row ? &facts.old_row : nullptr, facts.new_row);
    if (change.replaces && change.kind == RowKind::update_by_key)
        change.kind = RowKind::update_moves_key;
    write_row(change, has_external ? unchanged_toast(facts, facts.new_row) : nullptr);
}

// Raises an error if WAL lacks a value of a new row: what the TOAST table holds by now may be another row's.
void check_complete(const RelationFacts &facts, const RowValues &row)
{
    int missing = bms_next_member(unchanged_toast(facts, row), -1);
    if (missing >= 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED), errmsg("WAL lacks the value of column %s of a new row of table %s",
                                                         facts.columns[missing].sql_name, facts.sql_name)));
}

void deform(HeapTuple tuple, Relation relation, const RelationFacts &facts, const RowValues &row)
{
    if (RelationGetDescr(relation)->natts != facts.tuple_width)
        elog(ERROR, "table %s has %d attributes where %d were expected", facts.sql_name,
             RelationGetDescr(relation)->natts, facts.tuple_width);
    heap_deform_tuple(tuple, RelationGetDescr(relation), row.values, row.nulls);
}

// Whether the table is made and dropped by the transaction at hand, which no command has told of: its rows are nothing
// to the downstream, which never has the table. C code makes such tables, to put their files in the place of others
// (pg_squeeze does). A table that is there at the end, or that a command made, is another matter: its rows are sent,
// and the downstream says so where it lacks the table.
bool is_transient(const Session &session, RelationFacts &facts)
{
    const Transaction &transaction = *session.transaction;
    // While it is open, nobody knows what will be there at its end.
    if (transaction.streamed || transaction.last_message_number > 0 || !rbtxn_has_catalog_changes(transaction.txn))
        return false;
    if (facts.judged != transaction.txn->xid) {
        facts.judged = transaction.txn->xid;
        facts.transient = made_and_dropped(transaction.txn, facts.relid);
    }
    return facts.transient;
}

} // namespace

void send_row(Session &session, Relation relation, ReorderBufferChange *decoded)
{
    // Rows of a rewrite's new heap, which has the columns of its table: most rewrites the downstream makes by itself.
    Oid rewritten = relation->rd_rel->relrewrite;
    if (OidIsValid(rewritten)) {
        if (list_member_oid(session.transaction->rewritten, rewritten)) {
            RelationScope table(rewritten);
            send_row(session, table, decoded);
        } else
            count_change(session);
        return;
    }

    count_change(session);
    RelationFacts &facts = facts_of(session, relation);
    if (!facts.followed || is_transient(session, facts))
        return;
    bool in_script = session.transaction->extension_scripts.running();
    if (in_script && facts.of_extension) {
        ++session.transaction->left_to_scripts;
        return;
    }
    place_output(session, in_script);
    HeapTuple old_tuple = decoded_tuple(decoded->data.tp.oldtuple);
    HeapTuple new_tuple = decoded_tuple(decoded->data.tp.newtuple);
    bool needs_old_row = decoded->action == REORDER_BUFFER_CHANGE_DELETE ||
                         (decoded->action == REORDER_BUFFER_CHANGE_UPDATE && facts.identity == Identity::full);
    if (decoded->action != REORDER_BUFFER_CHANGE_INSERT &&
        (facts.identity == Identity::none || (needs_old_row && !old_tuple))) {
        lose_row(session, facts, decoded->action);
        return;
    }

    RowChange change{session,
                     facts,
                     {&facts, nullptr},
                     RowKind::insert,
                     false,
                     new_tuple ? &facts.new_row : &facts.old_row,
                     old_tuple ? &facts.old_row : &facts.new_row};
    ErrorContextScope context(describe_position, &change.position);
    if (old_tuple)
        deform(old_tuple, relation, facts, facts.old_row);
    if (new_tuple)
        deform(new_tuple, relation, facts, facts.new_row);
    switch (decoded->action) {
    case REORDER_BUFFER_CHANGE_INSERT:
        if (HeapTupleHasExternal(new_tuple))
            check_complete(facts, facts.new_row);
        write_row(change, nullptr);
        break;
    case REORDER_BUFFER_CHANGE_UPDATE:
        send_update(change, old_tuple != nullptr, HeapTupleHasExternal(new_tuple));
        break;
    case REORDER_BUFFER_CHANGE_DELETE:
        change.kind = facts.identity == Identity::full ? RowKind::delete_by_row : RowKind::delete_by_key;
        write_row(change, nullptr);
        break;
    default:
        elog(ERROR, "unexpected row change %d", static_cast<int>(decoded->action));
    }
}

void write_lost_rows(Session &session)
{
    if (uint64 count = session.transaction->left_to_scripts) {
        SqlWriter reason;
        reason.number(static_cast<int64>(count));
        reason.text(" changed rows were taken for those of an extension's script, but no such command was seen");
        write_ddl(session, {DdlKind::unsupported, "ALTER EXTENSION", "", "", reason.c_str()});
    }
    for (const LostRows *lost : each<LostRows>(session.transaction->lost)) {
        write_lost(session, *lost, "UPDATE", lost->updates);
        write_lost(session, *lost, "DELETE", lost->deletes);
    }
}

} // namespace pg_follower::decode
