// Finds its way in deparsed SQL. See sql_text.hpp.
#include "deparse/text/sql_text.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::deparse {
namespace {

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

// Behind the quoted text that begins here; a quote in it is doubled.
const char *skip_quoted(const char *at, bool backslashes)
{
    char quote = *at++;
    for (; *at; ++at) {
        if (backslashes && *at == '\\' && at[1])
            ++at;
        else if (*at == quote && *++at != quote)
            return at;
    }
    return at;
}

// Behind the dollar-quoted text that begins here; `at` itself where none does.
const char *skip_dollar_quoted(const char *at)
{
    const char *tag_end = at + 1;
    while (is_name_character(*tag_end) && *tag_end != '$')
        ++tag_end;
    if (*tag_end != '$' || (at[1] >= '0' && at[1] <= '9'))
        return at;
    auto length = static_cast<size_t>(tag_end + 1 - at);
    for (const char *end = tag_end + 1; (end = strchr(end, '$')) != nullptr; ++end)
        if (strncmp(end, at, length) == 0)
            return end + length;
    return at;
}

} // namespace

const char *skip_opaque(const char *at, const char *begin)
{
    bool follows_name = at > begin && is_name_character(at[-1]);
    if (*at == '\'' || *at == '"')
        return skip_quoted(at, false);
    if (*at == 'E' && at[1] == '\'' && !follows_name)
        return skip_quoted(at + 1, true);
    return *at == '$' && !follows_name ? skip_dollar_quoted(at) : at;
}

const char *skip_group(const char *at, const char *begin)
{
    int depth = 0;
    while (*at) {
        const char *behind = skip_opaque(at, begin);
        if (behind != at) {
            at = behind;
            continue;
        }
        depth += *at == '(' || *at == '[';
        depth -= *at == ')' || *at == ']';
        ++at;
        if (depth == 0)
            return at;
    }
    return nullptr;
}

} // namespace pg_follower::deparse
