// The ProcessUtility hook. See utility_hook.hpp.
//
// Promises that the command runs first, as if nobody looked, and what follow.hpp promises about errors. Assumes that
// catalogs may be read after a command that succeeded.
#include "deparse/capture/utility_hook.hpp"
#include "deparse/capture/hooked_commands.hpp"
#include "deparse/command_lock.hpp"
#include "deparse/follow.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/extension.h"
#include "tcop/utility.h"
}

namespace pg_follower::deparse {
namespace {

ProcessUtility_hook_type next_process_utility;

void process_utility(PlannedStmt *planned, const char *query, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
                     QueryCompletion *completion)
{
    Node *statement = planned->utilityStmt;
    const HookedCommand *command = find_hooked_command(statement);
    // The downstream runs an extension's script by itself.
    if (command && (creating_extension || !IsTransactionState() || !anybody_follows()))
        command = nullptr;
    // The tree may be changed by the command.
    const void *before = nullptr;
    const char *tag = nullptr;
    if (command) {
        share_command_lock();
        tag = GetCommandTagName(CreateCommandTag(statement));
        if (!read_only_tree)
            statement = static_cast<Node *>(copyObjectImpl(statement));
        if (command->before)
            before = command->before(statement);
    }

    (next_process_utility ? next_process_utility : standard_ProcessUtility)(
        planned, query, read_only_tree, context, parameters, environment, receiver, completion);
    if (!command)
        return;

    CommandCounterIncrement();
    PGF_FAILPOINT(hooked_captured);
    if (const char *object = command->object(statement, before))
        follow({tag, object, GetUserId(), command->scope},
               [&](Script &script) { command->write(script, statement, before); });
}

} // namespace

void install_utility_hook()
{
    if (!library_preloaded)
        return;
    next_process_utility = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
}

} // namespace pg_follower::deparse
