// Finds natural joins in deparsed SQL. See natural_joins.hpp.
//
// It looks at the text, because that is all that pg_get_viewdef() and its like give. The server puts each join into
// parentheses. It writes a condition of the user's that is true as `ON (true)`; `ON TRUE` stands for no condition
// (get_from_clause_item in ruleutils.c).
#include "deparse/text/natural_joins.hpp"
#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {
namespace {

void write_range(SqlWriter &out, const Tokens &tokens, int first, int last);

// The keywords of the outer join whose operands are the tokens from `first` to before `last`; -1 where it is none. An
// operand that is a join itself is a group.
int find_join(const Tokens &tokens, int first, int last)
{
    int found = -1;
    for (int i = first; i < last; i = tokens.behind(i))
        for (const char *side : {"LEFT", "RIGHT", "FULL"})
            if (i > first && tokens.match(i, {side, "JOIN"}))
                found = i;
    return found;
}

// Writes the join that begins at token `i`.
int write_join(SqlWriter &out, const Tokens &tokens, int i)
{
    int condition = tokens.partner(i) - 2;
    int join = find_join(tokens, i + 1, condition);
    if (join < 0)
        return i;
    write_range(out.text('('), tokens, i + 1, join);
    write_text(out, tokens[join - 1].end, tokens[join].begin).text("NATURAL ");
    write_range(out, tokens, join, condition);
    out.text(')');
    return condition + 3;
}

void write_range(SqlWriter &out, const Tokens &tokens, int first, int last)
{
    check_stack_depth();
    auto may_begin = [&](int i) {
        return tokens.partner(i) - 2 > i && tokens.match(tokens.partner(i) - 2, {"ON", "TRUE", ")"});
    };
    write_tokens(out, tokens, first, last, may_begin, [&](int i) { return write_join(out, tokens, i); });
}

} // namespace

void write_natural_joins(SqlWriter &out, const Tokens &tokens)
{
    write_range(out, tokens, 0, tokens.count());
}

} // namespace pg_follower::deparse
