// Finds nested conditions in deparsed SQL. See nested_conditions.hpp.
//
// It looks at the text, because that is all that pg_get_viewdef() and its like give. The server puts each condition of
// an AND or OR, and the whole, into parentheses. Only BETWEEN and comparisons of rows make an AND or OR that is the
// first operand of another one of its kind. Whatever else looks so stays as it is.
#include "deparse/text/nested_conditions.hpp"
#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {
namespace {

// The tokens from `first` to before `last`.
struct Piece {
    int first;
    int last;
};

bool same_text(const Tokens &tokens, const Piece &one, const Piece &other)
{
    const char *a = tokens[one.first].begin, *b = tokens[other.first].begin;
    auto length = static_cast<size_t>(tokens[one.last - 1].end - a);
    return length == static_cast<size_t>(tokens[other.last - 1].end - b) && strncmp(a, b, length) == 0;
}

// A condition: left operand, operator, right operand.
struct Comparison {
    Piece left;
    Piece right;
};

// An AND or OR as it is deparsed: ((...) AND (...)).
struct Condition {
    bool is_or;
    int first; // the parenthesis that opens the first term
    int count; // of terms
    int close; // the parenthesis that closes it
};

// Calls `use(piece)` for each term of the condition, until it returns false. Returns whether it never did.
template <typename Use> bool each_term(const Tokens &tokens, const Condition &condition, Use use)
{
    // Behind a term stands its closing parenthesis, the connective, and the parenthesis that opens the next term.
    for (int open = condition.first; open < condition.close; open = tokens.partner(open) + 2)
        if (!use(Piece{open + 1, tokens.partner(open)}))
            return false;
    return true;
}

// Reads the condition that the parenthesis at token `i` opens, which must be the first operand of its like.
bool read_condition(const Tokens &tokens, int i, Condition &condition)
{
    int close = tokens.partner(i);
    const Token &connective = tokens[close + 1];
    if (close < 0 || !(connective.is("AND") || connective.is("OR")))
        return false;
    condition = {connective.is("OR"), i + 1, 0, close};
    for (int open = i + 1;; open = tokens.partner(open) + 2) {
        if (!tokens[open].is("(") || tokens.partner(open) < 0)
            return false;
        ++condition.count;
        int behind = tokens.partner(open) + 1;
        if (behind == close)
            return condition.count > 1;
        if (!tokens[behind].is(condition.is_or ? "OR" : "AND"))
            return false;
    }
}

// Takes a term apart at its operator; false where it is something else.
bool read_comparison(const Tokens &tokens, const Piece &term, const char *op, Comparison &comparison)
{
    int place = -1;
    for (int i = term.first; i < term.last; i = tokens.behind(i))
        if (tokens[i].is(op)) {
            if (place >= 0)
                return false;
            place = i;
        }
    if (place <= term.first || place + 1 >= term.last)
        return false;
    comparison = {{term.first, place}, {place + 1, term.last}};
    // (a = ANY (...)) compares with elements; ROW(t.*) would be the row's columns.
    return !tokens.match(place + 1, {"ANY", "("}) && !tokens.match(place + 1, {"ALL", "("}) &&
           !tokens[place - 1].is("*") && !tokens[term.last - 1].is("*");
}

void write_range(SqlWriter &out, const Tokens &tokens, const Piece &piece);

// (a) BETWEEN (b) AND (c)
bool write_between(SqlWriter &out, const Tokens &tokens, const Condition &condition)
{
    bool negated = condition.is_or;
    Comparison low = {}, high = {};
    int number = 0;
    auto read = [&](const Piece &term) {
        bool is_first = number++ == 0;
        return read_comparison(tokens, term, is_first ? (negated ? "<" : ">=") : (negated ? ">" : "<="),
                               is_first ? low : high);
    };
    if (condition.count != 2 || !each_term(tokens, condition, read) || !same_text(tokens, low.left, high.left))
        return false;
    write_range(out.text("(("), tokens, low.left);
    write_range(out.text(negated ? ") NOT BETWEEN (" : ") BETWEEN ("), tokens, low.right);
    write_range(out.text(") AND ("), tokens, high.right);
    out.text("))");
    return true;
}

// (ROW(a, b) = ROW(c, d))
bool write_row_comparison(SqlWriter &out, const Tokens &tokens, const Condition &condition)
{
    const char *op = condition.is_or ? "<>" : "=";
    Comparison comparison;
    if (!each_term(tokens, condition, [&](const Piece &term) { return read_comparison(tokens, term, op, comparison); }))
        return false;
    auto write_row = [&](Piece Comparison::*side) {
        out.text("ROW(");
        SqlWriter::Separator comma(", ");
        each_term(tokens, condition, [&](const Piece &term) {
            (void)read_comparison(tokens, term, op, comparison);
            write_range(out.next(comma), tokens, comparison.*side);
            return true;
        });
        out.text(')');
    };
    out.text('(');
    write_row(&Comparison::left);
    out.text(' ').text(op).text(' ');
    write_row(&Comparison::right);
    out.text(')');
    return true;
}

void write_range(SqlWriter &out, const Tokens &tokens, const Piece &piece)
{
    check_stack_depth();
    auto may_begin = [&](int i) { return i > piece.first && tokens.match(i - 1, {"(", "(", "("}); };
    write_tokens(out, tokens, piece.first, piece.last, may_begin, [&](int i) {
        Condition condition;
        if (read_condition(tokens, i, condition) &&
            (write_between(out, tokens, condition) || write_row_comparison(out, tokens, condition)))
            return condition.close + 1;
        return i;
    });
}

} // namespace

void write_nested_conditions(SqlWriter &out, const Tokens &tokens)
{
    write_range(out, tokens, {0, tokens.count()});
}

} // namespace pg_follower::deparse
