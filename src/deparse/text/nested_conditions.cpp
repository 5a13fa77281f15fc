// Finds nested conditions in deparsed SQL. See nested_conditions.hpp.
//
// Looks at the text, because that is all that pg_get_viewdef() and its like give. The server puts each condition of an
// AND or OR, and the whole, into parentheses. Nothing but BETWEEN and comparisons of rows makes an AND or OR that is
// the first operand of its like; whatever else looks so stays as it is.
#include "deparse/text/nested_conditions.hpp"
#include "deparse/text/sql_text.hpp"
#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {
namespace {

struct Piece {
    const char *begin;
    const char *end;
    int length() const { return static_cast<int>(end - begin); }
    bool operator==(const Piece &other) const
    {
        return length() == other.length() && strncmp(begin, other.begin, length()) == 0;
    }
};

bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// A condition: left operand, operator, right operand.
struct Comparison {
    Piece left;
    Piece right;
};

constexpr int most_terms = 32;

// An AND or OR as it is deparsed: ((...) AND (...)).
struct Condition {
    const char *connective; // " AND " or " OR "
    Piece terms[most_terms];
    int count = 0;
    const char *end; // behind it
};

bool read_condition(const char *at, const char *begin, Condition &condition)
{
    condition.connective = nullptr;
    condition.count = 0;
    for (++at; *at == '(' && condition.count < most_terms;) {
        const char *end = skip_group(at, begin);
        if (!end)
            return false;
        condition.terms[condition.count++] = {at + 1, end - 1};
        if (*end == ')') {
            condition.end = end + 1;
            return condition.count > 1 && starts_with(condition.end, condition.connective);
        }
        if (!condition.connective)
            condition.connective = starts_with(end, " AND ") ? " AND " : " OR ";
        if (!starts_with(end, condition.connective))
            return false;
        at = end + strlen(condition.connective);
    }
    return false;
}

// Takes a term apart at its operator, such as " >= "; false where it is something else.
bool read_comparison(const Piece &term, const char *op, const char *begin, Comparison &comparison)
{
    const char *place = nullptr;
    for (const char *at = term.begin; at < term.end;) {
        const char *behind = *at == '(' || *at == '[' ? skip_group(at, begin) : skip_opaque(at, begin);
        if (behind && behind != at)
            at = behind;
        else if (starts_with(at, op)) {
            if (place)
                return false;
            place = at;
            at += strlen(op);
        } else
            ++at;
    }
    if (!place)
        return false;
    comparison.left = {term.begin, place};
    comparison.right = {place + strlen(op), term.end};
    // (a = ANY (...)) compares with elements; ROW(t.*) would be the row's columns.
    for (const char *keyword : {"ANY (", "ALL ("})
        if (starts_with(comparison.right.begin, keyword))
            return false;
    for (const Piece &side : {comparison.left, comparison.right})
        if (side.length() == 0 || side.end[-1] == '*')
            return false;
    return true;
}

void write_piece(SqlWriter &out, const Piece &piece)
{
    out.text(write_nested_conditions(pnstrdup(piece.begin, piece.length())));
}

// (a) BETWEEN (b) AND (c)
bool write_between(SqlWriter &out, const Condition &condition, const char *begin)
{
    bool negated = strcmp(condition.connective, " OR ") == 0;
    Comparison low, high;
    if (condition.count != 2 || !read_comparison(condition.terms[0], negated ? " < " : " >= ", begin, low) ||
        !read_comparison(condition.terms[1], negated ? " > " : " <= ", begin, high) || !(low.left == high.left))
        return false;
    write_piece(out.text("(("), low.left);
    write_piece(out.text(negated ? ") NOT BETWEEN (" : ") BETWEEN ("), low.right);
    write_piece(out.text(") AND ("), high.right);
    out.text("))");
    return true;
}

// (ROW(a, b) = ROW(c, d))
bool write_row_comparison(SqlWriter &out, const Condition &condition, const char *begin)
{
    const char *op = strcmp(condition.connective, " OR ") == 0 ? " <> " : " = ";
    Comparison comparisons[most_terms];
    for (int i = 0; i < condition.count; ++i)
        if (!read_comparison(condition.terms[i], op, begin, comparisons[i]))
            return false;
    auto write_row = [&](Piece Comparison::*side) {
        out.text("ROW(");
        SqlWriter::Separator comma(", ");
        for (int i = 0; i < condition.count; ++i)
            write_piece(out.next(comma), comparisons[i].*side);
        out.text(')');
    };
    out.text('(');
    write_row(&Comparison::left);
    out.text(op);
    write_row(&Comparison::right);
    out.text(')');
    return true;
}

} // namespace

const char *write_nested_conditions(const char *sql)
{
    if (!strstr(sql, "((("))
        return sql;
    return rewrite_sql(sql, [&](SqlWriter &out, const char *at) -> const char * {
        Condition condition;
        if (at == sql || !starts_with(at - 1, "(((") || !read_condition(at, sql, condition) ||
            !(write_between(out, condition, sql) || write_row_comparison(out, condition, sql)))
            return nullptr;
        return condition.end;
    });
}

} // namespace pg_follower::deparse
