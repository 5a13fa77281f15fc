// Cuts definitions that the server writes. See definition.hpp.
#include "deparse/text/definition.hpp"
#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {

const char *behind_beginning(const char *definition, const char *beginning)
{
    size_t length = strlen(beginning);
    if (strncmp(definition, beginning, length) != 0)
        elog(ERROR, "definition \"%s\" does not start with \"%s\"", definition, beginning);
    return definition + length;
}

void write_without_end(SqlWriter &out, const char *definition)
{
    const char *end = definition + strlen(definition);
    while (end > definition && (end[-1] == ';' || end[-1] == '\n'))
        --end;
    write_text(out, definition, end);
}

} // namespace pg_follower::deparse
