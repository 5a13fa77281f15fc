// Writes the SQL text of row changes. See row_sql.hpp.
//
// Rows name their own table, so every statement says ONLY. Where a key finds the row, its equality is that of the
// key's index. Where all columns find it (REPLICA IDENTITY FULL), equality is that of the text of the whole row,
// ROW(...)::text: it needs no operator of any type (json, xml and point have none), takes NULLs as equal, tells -0
// from 0 and 1.0 from 1.00, and always holds between a value and its copy, which arrived as this text. (Comparison of
// binary images does not: an array that has lost its last NULL, or a NaN that was computed, has another image than the
// same value read from text.) One of several equal rows is taken by its ctid.
#include "decode/row_sql.hpp"

#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

#include <cctype>

namespace pg_follower::decode {
namespace {

// Conditions that narrow the search for a row, beyond which more of them cost more than they save.
constexpr int most_narrowing_columns = 8;

// ------------------------------------------------------------------------------------------ what stands for a value

// $1 ... $n
struct Parameters {
    static constexpr bool is_run = false;
    static constexpr bool narrows = true;

    void value(SqlWriter &out, int parameter) { out.text('$').number(parameter + 1); }

    // The text of the old row, made once and not for every row that is looked at.
    void old_row(SqlWriter &out, const RowStatement &statement)
    {
        SqlWriter::Separator comma(", ");
        out.text("(SELECT ROW(");
        for (int i = 0; i < statement.find_count; ++i)
            value(out.next(comma), statement.set_count + i);
        out.text(")::text)");
    }
};

// Columns of the table that holds a run of rows.
struct RunColumns {
    static constexpr bool is_run = true;
    static constexpr bool narrows = false;

    void value(SqlWriter &out, int parameter) { out.text("r.p").number(parameter + 1); }

    // A run cannot take one of several equal rows, so write_run does not ask.
    void old_row(SqlWriter &, const RowStatement &) { Assert(false); }
};

struct Literals {
    static constexpr bool is_run = false;
    static constexpr bool narrows = false;

    const RowStatement &statement;
    const RowValues &set;
    const RowValues &find;
    const Column *&at_column;
    StringInfoData text; // of a value

    void value(SqlWriter &out, int parameter)
    {
        Column &column = statement.parameter(parameter);
        at_column = &column;
        const RowValues &row = parameter < statement.set_count ? set : find;
        if (row.nulls[column.index])
            out.text("NULL");
        else
            literal(out, column, row.values[column.index], parameter >= statement.set_count);
    }

    void literal(SqlWriter &out, Column &column, Datum value, bool compared)
    {
        if (column.output.way == ValueOutput::Way::boolean) {
            out.text(DatumGetBool(value) ? "true" : "false");
            return;
        }
        resetStringInfo(&text);
        append_value(&text, column.output, value);
        // The least bigint, written bare, would be the negation of a numeric.
        if (column.output.by_bare_literal && text.len < MAXINT8LEN) {
            out.text(text.data);
            return;
        }
        out.literal(text.data, text.len);
        // In a comparison, an untyped literal is read as what the operator takes, which for a composite type is a
        // record of unknown type, and for regclass an OID.
        if (compared && !column.narrows)
            out.text("::").type_name(column.type);
    }

    // The text of the old row as a literal, quoted as record_out quotes it.
    void old_row(SqlWriter &out, const RowStatement &)
    {
        StringInfoData row;
        initStringInfo(&row);
        appendStringInfoChar(&row, '(');
        for (int i = 0; i < statement.find_count; ++i) {
            if (i > 0)
                appendStringInfoChar(&row, ',');
            Column &column = *statement.find[i];
            at_column = &column;
            if (find.nulls[column.index])
                continue;
            resetStringInfo(&text);
            append_value(&text, column.output, find.values[column.index]);
            append_field(&row);
        }
        appendStringInfoChar(&row, ')');
        out.literal(row.data, row.len);
        pfree(row.data);
    }

    // Appends `text` to a row's text.
    void append_field(StringInfo row)
    {
        bool quote = text.len == 0;
        for (int i = 0; i < text.len && !quote; ++i)
            quote = strchr("\"\\(),", text.data[i]) != nullptr || isspace(static_cast<unsigned char>(text.data[i]));
        // Room for every byte doubled, which the literal may double again.
        need_room(row, 4 * static_cast<uint64>(text.len));
        if (!quote) {
            appendBinaryStringInfo(row, text.data, text.len);
            return;
        }
        appendStringInfoChar(row, '"');
        for (int i = 0; i < text.len; ++i) {
            if (text.data[i] == '"' || text.data[i] == '\\')
                appendStringInfoChar(row, text.data[i]);
            appendStringInfoChar(row, text.data[i]);
        }
        appendStringInfoChar(row, '"');
    }
};

// ------------------------------------------------------------------------------------------------------ the statements

template <typename Operands>
void write_insert(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text("INSERT INTO ").text(facts.sql_name);
    if (statement.set_count == 0) {
        out.text(" DEFAULT VALUES");
        return;
    }
    SqlWriter::Separator comma(", ");
    out.text(" (");
    for (int i = 0; i < statement.set_count; ++i)
        out.next(comma).text(statement.set[i]->sql_name);
    out.text(facts.has_identity_column ? ") OVERRIDING SYSTEM VALUE " : ") ");
    out.text(Operands::is_run ? "SELECT " : "VALUES (");
    comma.first = true;
    for (int i = 0; i < statement.set_count; ++i)
        operands.value(out.next(comma), i);
    if (Operands::is_run)
        out.text(" FROM ").text(run_table).text(" AS r");
    else
        out.text(')');
}

// Writes the condition by which the key finds the old row; `prefix` stands before its columns.
template <typename Operands>
void write_key_condition(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands,
                         const char *prefix)
{
    SqlWriter::Separator conjunction(" AND ");
    for (int i = 0; i < facts.key_count; ++i) {
        out.next(conjunction).text(prefix).text(facts.keys[i].column->sql_name);
        out.text(" OPERATOR(").text(facts.keys[i].equality).text(") ");
        operands.value(out, statement.set_count + i);
    }
}

// Writes conditions that hold for the old row and that an index may serve, or that spare the text of most others.
template <typename Operands>
void write_narrowing_conditions(SqlWriter &out, const RowStatement &statement, Operands &operands)
{
    int written = 0;
    for (int i = 0; i < statement.find_count && written < most_narrowing_columns; ++i) {
        const Column &column = *statement.find[i];
        if (!column.narrows)
            continue;
        ++written;
        int parameter = statement.set_count + i;
        if (!column.is_not_null)
            out.text('(');
        operands.value(out.text(column.sql_name).text(" OPERATOR(pg_catalog.=) "), parameter);
        if (!column.is_not_null) {
            operands.value(out.text(" OR ").text(column.sql_name).text(" IS NULL AND "), parameter);
            out.text(" IS NULL)");
        }
        out.text(" AND ");
    }
}

// Writes the condition that takes exactly one of the rows that equal the old one.
template <typename Operands>
void write_row_condition(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text("ctid OPERATOR(pg_catalog.=) (SELECT ctid FROM ONLY ").text(facts.sql_name);
    if (statement.find_count > 0) {
        out.text(" WHERE ");
        if (Operands::narrows)
            write_narrowing_conditions(out, statement, operands);
        SqlWriter::Separator comma(", ");
        out.text("ROW(");
        for (int i = 0; i < statement.find_count; ++i)
            out.next(comma).text(statement.find[i]->sql_name);
        out.text(")::text OPERATOR(pg_catalog.=) ");
        operands.old_row(out, statement);
    }
    out.text(" LIMIT 1)");
}

template <typename Operands>
void write_condition(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text(" WHERE ");
    if (statement.kind->finds_by == FindsBy::row)
        write_row_condition(out, facts, statement, operands);
    else
        write_key_condition(out, facts, statement, operands, Operands::is_run ? "t." : "");
}

template <typename Operands>
void write_update(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text("UPDATE ONLY ").text(facts.sql_name).text(Operands::is_run ? " AS t SET " : " SET ");
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < statement.set_count; ++i)
        operands.value(out.next(comma).text(statement.set[i]->sql_name).text(" = "), i);
    if (Operands::is_run)
        out.text(" FROM ").text(run_table).text(" AS r");
    write_condition(out, facts, statement, operands);
}

// Writes an UPDATE that gives a GENERATED ALWAYS identity column a new value, which SQL lets only an INSERT do: the old
// row is deleted and the new one inserted by one statement, which finds its unchanged TOAST values in the old row.
template <typename Operands>
void write_replacement(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text("WITH old AS (DELETE FROM ONLY ").text(facts.sql_name);
    write_condition(out, facts, statement, operands);
    out.text(" RETURNING *) INSERT INTO ").text(facts.sql_name);
    SqlWriter::Separator comma(", ");
    out.text(" (");
    for (int i = 0; i < statement.set_count; ++i)
        out.next(comma).text(statement.set[i]->sql_name);
    for (int i = -1; (i = bms_next_member(statement.left_out, i)) >= 0;)
        out.next(comma).text(facts.columns[i].sql_name);
    out.text(") OVERRIDING SYSTEM VALUE SELECT ");
    comma.first = true;
    for (int i = 0; i < statement.set_count; ++i)
        operands.value(out.next(comma), i);
    for (int i = -1; (i = bms_next_member(statement.left_out, i)) >= 0;)
        out.next(comma).text("old.").text(facts.columns[i].sql_name);
    out.text(" FROM old");
}

template <typename Operands>
void write_delete(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    out.text("DELETE FROM ONLY ").text(facts.sql_name);
    if (Operands::is_run)
        out.text(" AS t USING ").text(run_table).text(" AS r");
    write_condition(out, facts, statement, operands);
}

template <typename Operands>
void write_statement(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement, Operands &operands)
{
    switch (statement.kind->command) {
    case RowCommand::insert_row:
        write_insert(out, facts, statement, operands);
        break;
    case RowCommand::update_row:
        if (statement.replaces)
            write_replacement(out, facts, statement, operands);
        else
            write_update(out, facts, statement, operands);
        break;
    case RowCommand::delete_row:
        write_delete(out, facts, statement, operands);
        break;
    }
}

// Whether applying many rows of the statement at once gives what applying them one after the other gives.
bool can_run(const RelationFacts &facts, const RowStatement &statement)
{
    if (statement.parameter_count() == 0 || !statement.kind->order_free)
        return false;
    // A row may take a value of another unique index that a row before it gave up.
    return statement.kind->command != RowCommand::update_row || !facts.other_unique_index;
}

} // namespace

void write_one(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement)
{
    Parameters operands;
    write_statement(out, facts, statement, operands);
}

void write_run(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement)
{
    if (!can_run(facts, statement))
        return;
    RunColumns operands;
    write_statement(out, facts, statement, operands);
}

void write_with_literals(SqlWriter &out, const RelationFacts &facts, const RowStatement &statement,
                         const RowValues &set, const RowValues &find, const Column *&at_column)
{
    Literals operands{statement, set, find, at_column, {}};
    initStringInfo(&operands.text);
    write_statement(out, facts, statement, operands);
    pfree(operands.text.data);
}

} // namespace pg_follower::decode
