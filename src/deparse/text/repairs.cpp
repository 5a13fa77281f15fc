// The list of the repairs. See repairs.hpp.
#include "deparse/text/repairs.hpp"
#include "deparse/text/array_types.hpp"
#include "deparse/text/lexer.hpp"
#include "deparse/text/natural_joins.hpp"
#include "deparse/text/nested_conditions.hpp"

namespace pg_follower::deparse {
namespace {

struct Repair {
    const char *what;
    const char *why;
    const char *trace; // a text without this has nothing to mend, so it is not even taken apart
    void (*write)(SqlWriter &out, const Tokens &tokens);
};

// In the order in which they are applied.
constexpr Repair repairs[] = {
    {"array constructor", "a cast behind it would be read as a cast of each element", "(ARRAY[", name_array_types},
    {"nested condition", "an AND within an AND would be read as one", "(((", write_nested_conditions},
    {"natural join", "ON TRUE would be read as a condition", " ON TRUE", write_natural_joins},
};

} // namespace

const char *repair_text(const char *sql)
{
    for (const Repair &repair : repairs) {
        if (!strstr(sql, repair.trace))
            continue;
        Tokens tokens(sql);
        SqlWriter out;
        repair.write(out, tokens);
        if (strcmp(out.c_str(), sql) == 0)
            continue;
        elog(DEBUG1, "%s written in another way, since %s", repair.what, repair.why);
        sql = out.c_str();
    }
    return sql;
}

} // namespace pg_follower::deparse
