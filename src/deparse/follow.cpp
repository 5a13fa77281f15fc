// Guards what deparses a command. See follow.hpp.
#include "deparse/follow.hpp"
#include "deparse/emit.hpp"
#include "deparse/object_facts.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/subtransaction.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/extension.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::deparse {
namespace {

// The parts that the running command follows without. None is in the list twice.
List *left_out = NIL;

void report_left_out(const FollowedCommand &command)
{
    for (char *part : each<char>(left_out)) {
        ereport(WARNING, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                          errmsg("%s of %s follows without %s", command.tag, command.object, part),
                          errdetail("It uses something temporary, and ends with it on this server, too.")));
        emit_unsupported(command, psprintf("%s uses something temporary", part));
    }
}

// Tells the user, and the downstream, what cannot follow. The place in the source that the message names is that of the
// failure.
void report_failure(const FollowedCommand &command, ErrorData *failure)
{
    // A cancelled statement or a terminated session is nobody's failure to deparse.
    if (ERRCODE_TO_CATEGORY(failure->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
        ReThrowError(failure);
    bool refuse = settings.deparse_failure == DeparseFailure::error;
    if (errstart(refuse ? ERROR : WARNING, TEXTDOMAIN)) {
        (void)errcode(failure->sqlerrcode);
        (void)errmsg("%s%s%s cannot be followed", command.tag, *command.object ? " of " : "", command.object);
        (void)errdetail_internal("Reason: %s", failure->message);
        if (refuse)
            (void)errhint("Set pg_follower.deparse_failure to \"warning\" to run the command on this server alone.");
        else if (failure->hint)
            (void)errhint("%s", failure->hint);
        else
            (void)errhint("Run the command on the downstream too, before rows that need it arrive there.");
        errfinish(failure->filename, failure->lineno, failure->funcname);
    }
    emit_unsupported(command, failure->message);
}

} // namespace

void follow_without(const char *part)
{
    for (char *known : each<char>(left_out))
        if (strcmp(known, part) == 0)
            return;
    left_out = lappend(left_out, pstrdup(part));
}

void follow(const FollowedCommand &command, void (*write)(Script &script, void *argument), void *argument)
{
    Script script;
    RoleCollector roles;
    left_out = NIL;

    roles.start();
    ErrorData *failure = try_in_subtransaction([&] {
        GucScope fixed_settings;
        apply_fixed_settings();
        // Functions of the server that query the catalogs, such as pg_get_viewdef(), see only what the active snapshot
        // shows.
        PushActiveSnapshot(GetTransactionSnapshot());
        write(script, argument);
        PopActiveSnapshot();
    });
    roles.stop();

    if (failure) {
        report_failure(command, failure);
        return;
    }
    for (Statement *statement : script.statements())
        emit_statement(command, roles.roles(), *statement);
    report_left_out(command);
    left_out = NIL;
}

void follow_now(const Command &command, DeparseCommand deparse)
{
    follow({command.tag, describe_object(command.address), GetUserId()},
           [&](Script &script) { deparse(script, command); });
}

bool follow_early(const Command &command, DeparseCommand deparse)
{
    if (creating_extension || is_temporary(command.address) || !anybody_follows())
        return false;
    follow_now(command, deparse);
    return true;
}

} // namespace pg_follower::deparse
