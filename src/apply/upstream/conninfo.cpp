// Connection strings for programs. See conninfo.hpp.
#include "apply/upstream/conninfo.hpp"

#include "pg_follower/memory.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "libpq-fe.h"
}

namespace pg_follower::apply {
namespace {

void append_option(StringInfo out, const char *keyword, const char *value)
{
    appendStringInfo(out, "%s%s='", out->len > 0 ? " " : "", keyword);
    for (const char *c = value; *c; ++c) {
        if (*c == '\'' || *c == '\\')
            appendStringInfoChar(out, '\\');
        appendStringInfoChar(out, *c);
    }
    appendStringInfoChar(out, '\'');
}

// The line of a password file that fits any connection.
const char *password_line(const char *password)
{
    if (strpbrk(password, "\n\r"))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot hand a password with a line break on to a program")));
    StringInfoData line;
    initStringInfo(&line);
    appendStringInfoString(&line, "*:*:*:*:");
    for (const char *c = password; *c; ++c) {
        if (*c == ':' || *c == '\\')
            appendStringInfoChar(&line, '\\');
        appendStringInfoChar(&line, *c);
    }
    appendStringInfoChar(&line, '\n');
    return line.data;
}

bool is_set(const PQconninfoOption *option)
{
    return option->val && *option->val;
}

} // namespace

OpenConninfo open_conninfo(const char *conninfo, const char *application_name, const char *passfile)
{
    char *failure = nullptr;
    PQconninfoOption *options = PQconninfoParse(conninfo, &failure);
    if (!options) {
        PQfreemem(failure);
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("invalid connection string")));
    }
    OpenConninfo result = {};
    StringInfoData text;
    initStringInfo(&text);
    PG_TRY();
    {
        for (const PQconninfoOption *option = options; option->keyword; ++option) {
            if (!is_set(option))
                continue;
            if (strcmp(option->keyword, "password") == 0)
                result.password = password_line(option->val);
            else if (strchr(option->dispchar, '*'))
                ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                                errmsg("cannot copy the schema over a connection with %s", option->keyword),
                                errdetail("pg_dump could be given it only where others can read it."),
                                errhint("Use a key without a passphrase that only the server's user can read, or a "
                                        "password.")));
        }
        for (const PQconninfoOption *option = options; option->keyword; ++option)
            if (is_set(option) && !strchr(option->dispchar, '*') && strcmp(option->keyword, "application_name") != 0 &&
                !(result.password && strcmp(option->keyword, "passfile") == 0))
                append_option(&text, option->keyword, option->val);
    }
    PG_FINALLY();
    {
        PQconninfoFree(options);
    }
    PG_END_TRY();
    append_option(&text, "application_name", application_name);
    if (result.password)
        append_option(&text, "passfile", passfile);
    result.text = text.data;
    return result;
}

} // namespace pg_follower::apply
