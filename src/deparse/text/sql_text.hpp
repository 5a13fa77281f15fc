// Steps through SQL as the server deparses it. Assumes standard_conforming_strings, which the fixed settings give.
#pragma once

#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {

// Behind the literal, quoted name or dollar-quoted text that begins at `at`; `at` itself where none does. `begin` is
// where the text begins.
const char *skip_opaque(const char *at, const char *begin);

// Behind the parenthesis or bracket that closes the one at `at`; null where none does.
const char *skip_group(const char *at, const char *begin);

// A copy of `sql` in which `rewrite(out, at)` has replaced what it recognises: where something else shall stand for
// what begins at `at`, it writes that and returns what is behind; else it returns null. It is not called within
// literals and quoted names.
template <typename Rewrite> const char *rewrite_sql(const char *sql, Rewrite rewrite)
{
    SqlWriter out;
    for (const char *at = sql; *at;) {
        const char *behind = skip_opaque(at, sql);
        if (behind == at) {
            if (const char *rest = rewrite(out, at)) {
                at = rest;
                continue;
            }
            ++behind;
        }
        appendBinaryStringInfo(out.buffer(), at, static_cast<int>(behind - at));
        at = behind;
    }
    return out.c_str();
}

} // namespace pg_follower::deparse
