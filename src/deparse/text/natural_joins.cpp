// Finds natural joins in deparsed SQL. See natural_joins.hpp.
//
// Looks at the text, because that is all that pg_get_viewdef() and its like give. The server puts each join into
// parentheses, and writes a condition of the user's that is true as `ON (true)`; `ON TRUE` stands for none
// (get_from_clause_item in ruleutils.c).
#include "deparse/text/natural_joins.hpp"
#include "deparse/text/sql_text.hpp"

namespace pg_follower::deparse {
namespace {

constexpr const char *no_condition = " ON TRUE";

// The keywords of the outer join in the group between `begin` and `end`, whose operands are groups where they are
// joins.
const char *find_join(const char *begin, const char *end)
{
    const char *found = nullptr;
    for (const char *at = begin; at < end;) {
        const char *behind = *at == '(' || *at == '[' ? skip_group(at, begin) : skip_opaque(at, begin);
        if (behind && behind != at) {
            at = behind;
            continue;
        }
        if (at > begin && (at[-1] == ' ' || at[-1] == '\n'))
            for (const char *join : {"LEFT JOIN ", "RIGHT JOIN ", "FULL JOIN "})
                if (strncmp(at, join, strlen(join)) == 0)
                    found = at;
        ++at;
    }
    return found;
}

// Writes the join that begins at `at`, and returns what is behind it; null where none does.
const char *write_join(SqlWriter &out, const char *at, const char *begin)
{
    size_t length = strlen(no_condition);
    const char *behind = *at == '(' ? skip_group(at, begin) : nullptr;
    const char *end = behind ? behind - 1 : nullptr;
    if (!end || static_cast<size_t>(end - at) <= length || strncmp(end - length, no_condition, length) != 0)
        return nullptr;
    end -= length;
    const char *join = find_join(at + 1, end);
    if (!join)
        return nullptr;
    out.text('(').text(write_natural_joins(pnstrdup(at + 1, join - at - 1)));
    out.text("NATURAL ").text(write_natural_joins(pnstrdup(join, end - join))).text(')');
    return behind;
}

} // namespace

const char *write_natural_joins(const char *sql)
{
    if (!strstr(sql, no_condition))
        return sql;
    return rewrite_sql(sql, [&](SqlWriter &out, const char *at) { return write_join(out, at, sql); });
}

} // namespace pg_follower::deparse
