// Names the types of array constructors in deparsed SQL. See array_types.hpp.
//
// Looks at the text, because that is all that pg_get_viewdef() and its like give. Constructors whose elements are all
// constants of one type are recognised; others, as well as whatever stands in a literal or a quoted name, stay as they
// are. Assumes standard_conforming_strings, which the fixed settings give.
#include "array_types.hpp"
#include "sql_text.hpp"
#include "pg_follower/sql_writer.hpp"

namespace pg_follower {
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

// The type behind the element's constant, or null where it is something else.
const char *constant_type(const char *element)
{
    const char *behind = strncmp(element, "NULL", 4) == 0 ? element + 4 : skip_opaque(element, element);
    return behind != element && *element != '"' && strncmp(behind, "::", 2) == 0 ? behind + 2 : nullptr;
}

struct Constructor {
    const char *end = nullptr; // behind its closing parenthesis; null where its type cannot, or need not, be named
    const char *type = nullptr;
    int type_length = 0;
};

Constructor read_constructor(const char *at)
{
    Constructor result;
    const char *element = at + strlen(constructor);
    for (;;) {
        const char *end = element_end(element);
        const char *type = constant_type(element);
        if (!type)
            return {};
        int length = static_cast<int>(end - type);
        if (!result.type) {
            result.type = type;
            result.type_length = length;
        } else if (length != result.type_length || strncmp(type, result.type, length) != 0)
            return {};
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
    SqlWriter out;
    for (const char *at = sql; *at;) {
        const char *behind = skip_opaque(at, sql);
        Constructor found;
        if (behind == at && strncmp(at, constructor, strlen(constructor)) == 0)
            found = read_constructor(at);
        if (found.end) {
            appendStringInfo(out.text('(').buffer(), "%.*s::%.*s[])", static_cast<int>(found.end - at), at,
                             found.type_length, found.type);
            at = found.end;
            continue;
        }
        if (behind == at)
            behind = at + 1;
        appendBinaryStringInfo(out.buffer(), at, static_cast<int>(behind - at));
        at = behind;
    }
    return out.c_str();
}

} // namespace pg_follower
