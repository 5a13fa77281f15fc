// Names the types of array constructors in deparsed SQL. See array_types.hpp.
//
// It looks at the text, because that is all that pg_get_viewdef() and its like give. It recognises constructors whose
// elements are all constants of one type. Other constructors stay as they are.
#include "deparse/text/array_types.hpp"
#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {
namespace {

// The name of a type as it stands in the text; null where an element is something else than a constant.
struct TypeText {
    const char *name;
    int length;
};

// The type that the server gives a number without a label (get_const_expr in ruleutils.c).
TypeText number_type(const Token &number)
{
    return memchr(number.begin, '.', number.length()) ? TypeText{"numeric", 7} : TypeText{"integer", 7};
}

// The type of the constant that the element, the tokens from `first` to before `last`, consists of: 'a'::text,
// NULL::text, 1, 1.5 or (1)::numeric.
TypeText constant_type(const Tokens &tokens, int first, int last)
{
    if (tokens[first].kind == TokenKind::number && last == first + 1)
        return number_type(tokens[first]);
    int label;
    if (tokens[first].kind == TokenKind::literal || tokens[first].is("NULL"))
        label = first + 1;
    else if (tokens[first].is("(") && tokens[first + 1].kind == TokenKind::number && tokens[first + 2].is(")"))
        label = first + 3;
    else
        return {};
    if (label + 1 >= last || !tokens[label].is("::"))
        return {};
    const char *name = tokens[label + 1].begin;
    return {name, static_cast<int>(tokens[last - 1].end - name)};
}

// The type of all elements of the array between the brackets.
TypeText element_type(const Tokens &tokens, int open, int close)
{
    TypeText common = {};
    for (int first = open + 1; first <= close;) {
        int last = first;
        while (last < close && !tokens[last].is(","))
            last = tokens.behind(last);
        TypeText type = constant_type(tokens, first, last);
        if (!type.name ||
            (common.name && (type.length != common.length || strncmp(type.name, common.name, type.length) != 0)))
            return {};
        common = type;
        first = last + 1;
    }
    return common;
}

// Writes the constructor that begins at token `i` and is cast as a whole, (ARRAY[...])::type.
int write_constructor(SqlWriter &out, const Tokens &tokens, int i)
{
    int close = tokens.partner(i + 2);
    if (close < 0 || !tokens.match(close + 1, {")", "::"}))
        return i;
    TypeText type = element_type(tokens, i + 2, close);
    if (!type.name)
        return i;
    write_text(out.text('('), tokens[i].begin, tokens[close + 1].end).text("::");
    write_text(out, type.name, type.name + type.length).text("[])");
    return close + 2;
}

} // namespace

void name_array_types(SqlWriter &out, const Tokens &tokens)
{
    write_tokens(
        out, tokens, 0, tokens.count(),
        [&](int i) {
            return tokens.match(i, {"(", "ARRAY", "["});
        },
        [&](int i) { return write_constructor(out, tokens, i); });
}

} // namespace pg_follower::deparse
