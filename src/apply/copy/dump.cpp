// Calls pg_dump. See dump.hpp.
//
// It is the one of this server's own installation, which is never older than the upstream. No secret is in its
// arguments or in its environment.
#include "apply/copy/dump.hpp"

#include "apply/copy/program.hpp"
#include "apply/upstream/conninfo.hpp"
#include "pg_follower/compat.hpp"

#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include "mb/pg_wchar.h"
#include "port.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *program = "pg_dump";

[[noreturn]] void raise_missing(const char *detail, const char *value)
{
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE), errmsg("%s, which copies the schema, cannot be used", program),
                    errdetail_internal(detail, value),
                    errhint("Install the client programs of PostgreSQL %d beside the server; on Debian the package is "
                            "\"postgresql-client-%d\". Or use copy_data => false.",
                            server_major_version, server_major_version)));
    pg_unreachable();
}

// What a program said, without the end of its last line.
const char *said(const char *errors)
{
    char *text = pstrdup(errors);
    for (size_t length = strlen(text); length > 0 && text[length - 1] == '\n'; --length)
        text[length - 1] = '\0';
    return *text ? text : "It said nothing.";
}

} // namespace

void check_pg_dump(int upstream_version)
{
    const char *path = path_of_program(program);
    if (access(path, X_OK) != 0)
        raise_missing("There is no program \"%s\".", path);
    const char *arguments[] = {program, "--version", nullptr};
    ProgramResult result = run_program({path, arguments, nullptr, nullptr, nullptr});
    // pg_dump (PostgreSQL) 15.4 (Debian 15.4-1)
    int major = 0;
    const char *version = strstr(result.output, "(PostgreSQL) ");
    if (result.exit_status != 0 || !version || sscanf(version, "(PostgreSQL) %d", &major) != 1)
        raise_missing("It does not tell its version: %s", said(result.errors));
    if (major < upstream_version / 10000)
        raise_missing("It is older than the upstream: %s", said(result.output));
}

const char *dump_application_name(const Follow &follow)
{
    return psprintf("pg_follower schema %d", follow.id);
}

const char *dump_schema(const Follow &follow, bool (*go_on)(void *argument), void *argument)
{
    OpenConninfo conninfo = open_conninfo(follow.conninfo, dump_application_name(follow), "/dev/fd/3");
    const char *encoding = psprintf("--encoding=%s", GetDatabaseEncodingName());
    const char *arguments[] = {program, "--schema-only", "--no-password", encoding, "--dbname", conninfo.text, nullptr};
    ProgramResult result = run_program({path_of_program(program), arguments, conninfo.password, go_on, argument});
    if (result.ended_early)
        return nullptr;
    // Where the upstream is not there any more, to ask it raises the error that tells so, and that passes.
    if (result.exit_status != 0 && go_on(argument))
        ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
                        errmsg("%s could not read the schema of the upstream", program),
                        errdetail_internal("%s", said(result.errors)),
                        errhint("The role of the connection must be able to lock all tables: a superuser, or a member "
                                "of pg_read_all_data.")));
    return result.exit_status == 0 ? result.output : nullptr;
}

} // namespace pg_follower::apply
