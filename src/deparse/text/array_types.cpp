// Names the types of array constructors in deparsed SQL. See array_types.hpp.
//
// Looks at the text, because that is all that pg_get_viewdef() and its like give. Constructors whose elements are all
// constants of one type are recognised; others, as well as whatever stands in a literal or a quoted name, stay as they
// are. Assumes standard_conforming_strings, which the fixed settings give.
#include "deparse/text/array_types.hpp"
#include "deparse/text/sql_text.hpp"
#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {
namespace {

constexpr const char *constructor = "(ARRAY[";

// The end of an element: its comma, or the bracket that ends the array.
const char *element_end(const char *at)
{
    const char *begin = at;
    for (int depth = 0; *at;) {
        const char *behind = skip_opaque(at, begin);
        if (behind != at) {
            at = behind;
            continue;
        }
        if (depth == 0 && (*at == ',' || *at == ']'))
            break;
        depth += *at == '(' || *at == '[';
        depth -= *at == ')' || *at == ']';
        ++at;
    }
    return at;
}

// A type's name as it stands in the text; null where an element is something else than a constant.
struct TypeText {
    const char *name;
    int length;
};

// Behind the number that begins here, without a sign; `at` itself where none does.
const char *skip_number(const char *at)
{
    return at + strspn(at, "0123456789.");
}

// The type that the server gives a number without a label (get_const_expr in ruleutils.c).
TypeText number_type(const char *number, const char *end)
{
    return memchr(number, '.', end - number) ? TypeText{"numeric", 7} : TypeText{"integer", 7};
}

// The type of the constant that the element consists of: 'a'::text, NULL::text, 1, 1.5 or (1)::numeric.
TypeText constant_type(const char *element, const char *end)
{
    if (const char *behind = skip_number(element); behind == end && behind != element)
        return number_type(element, end);
    const char *behind = element;
    if (strncmp(element, "NULL", 4) == 0)
        behind = element + 4;
    else if (*element == '(') {
        behind = skip_number(element + 1);
        behind = behind != element + 1 && *behind == ')' ? behind + 1 : element;
    } else if (*element != '"')
        behind = skip_opaque(element, element);
    if (behind == element || strncmp(behind, "::", 2) != 0)
        return {};
    return {behind + 2, static_cast<int>(end - behind - 2)};
}

struct Constructor {
    const char *end = nullptr; // behind its closing parenthesis; null where its type cannot, or need not, be named
    TypeText type = {};
};

Constructor read_constructor(const char *at)
{
    Constructor result;
    const char *element = at + strlen(constructor);
    for (;;) {
        const char *end = element_end(element);
        TypeText type = constant_type(element, end);
        if (!type.name || (result.type.name && (type.length != result.type.length ||
                                                strncmp(type.name, result.type.name, type.length) != 0)))
            return {};
        result.type = type;
        if (*end != ',') {
            result.end = strncmp(end, "])::", 4) == 0 ? end + 2 : nullptr;
            return result;
        }
        element = end + 1;
        while (*element == ' ')
            ++element;
    }
}

} // namespace

const char *name_array_types(const char *sql)
{
    if (!strstr(sql, constructor))
        return sql;
    return rewrite_sql(sql, [](SqlWriter &out, const char *at) -> const char * {
        if (strncmp(at, constructor, strlen(constructor)) != 0)
            return nullptr;
        Constructor found = read_constructor(at);
        if (found.end)
            appendStringInfo(out.text('(').buffer(), "%.*s::%.*s[])", static_cast<int>(found.end - at), at,
                             found.type.length, found.type.name);
        return found.end;
    });
}

} // namespace pg_follower::deparse
