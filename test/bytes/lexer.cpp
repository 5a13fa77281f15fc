// Target: the lexer of SQL text, and the repairs that stand on it. An input is a text.
#include "server.hpp"

#include "deparse/text/lexer.hpp"
#include "deparse/text/repairs.hpp"

namespace pg_follower::bytes {
namespace {

void read_text(const char *data, size_t size)
{
    auto sql = static_cast<char *>(palloc(size + 1));
    if (size > 0)
        memcpy(sql, data, size);
    sql[size] = '\0';
    {
        deparse::Tokens tokens(sql);
        const char *behind = sql;
        for (int i = 0; i < tokens.count(); ++i) {
            require(tokens[i].begin >= behind && tokens[i].end > tokens[i].begin, "tokens follow each other");
            behind = tokens[i].end;
            int partner = tokens.partner(i);
            require(partner < 0 || tokens.partner(partner) == i, "partners are each other's");
        }
        require(behind <= sql + strlen(sql), "tokens lie within the text");
    }
    touch(deparse::repair_text(sql));
}

} // namespace

Outcome run_target(const uint8_t *data, size_t size)
{
    Outcome outcome = read_input(data, size, read_text);
    require(!outcome.refused, "every text can be taken apart");
    require(outcome.allocated < 16 * 1024 * 1024 + 2048 * size, "memory is bounded by the size of the text");
    return outcome;
}

} // namespace pg_follower::bytes
