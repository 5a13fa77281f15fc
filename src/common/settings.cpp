// Definitions of the settings. See settings.hpp.
#include "pg_follower/failpoints.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/guc.h"
#include "utils/varlena.h"
}

namespace pg_follower {

Settings settings;
bool library_preloaded = false;

namespace {

template <typename Enum> constexpr config_enum_entry choice(const char *name, Enum value)
{
    return {name, static_cast<int>(value), false};
}

constexpr config_enum_entry no_more_choices = {nullptr, 0, false};

constexpr config_enum_entry deparse_failure_values[] = {
    choice("warning", DeparseFailure::warning),
    choice("error", DeparseFailure::error),
    no_more_choices,
};

constexpr config_enum_entry on_unsupported_values[] = {
    choice("record", OnUnsupported::record),
    choice("stop", OnUnsupported::stop),
    no_more_choices,
};

constexpr config_enum_entry on_error_values[] = {
    choice("stop", OnError::stop),
    choice("skip_and_record", OnError::skip_and_record),
    no_more_choices,
};

constexpr config_enum_entry on_conflict_values[] = {
    choice("error", OnConflict::error),
    choice("upstream", OnConflict::upstream),
    choice("skip", OnConflict::skip),
    no_more_choices,
};

constexpr config_enum_entry roles_values[] = {
    choice("off", RolesFollow::off),
    choice("missing", RolesFollow::missing),
    choice("all", RolesFollow::all),
    no_more_choices,
};

constexpr config_enum_entry missing_role_values[] = {
    choice("error", MissingRole::error),
    choice("worker", MissingRole::worker),
    no_more_choices,
};

constexpr config_enum_entry concurrent_indexes_values[] = {
    choice("apply", ConcurrentIndexes::apply),
    choice("record", ConcurrentIndexes::record),
    no_more_choices,
};

constexpr config_enum_entry function_paths_values[] = {
    choice("none", FunctionPaths::none),
    choice("not_read", FunctionPaths::not_read),
    choice("rows", FunctionPaths::of_rows),
    choice("commands", FunctionPaths::of_commands),
    no_more_choices,
};

bool check_list(char **value, void **, GucSource)
{
    List *names;
    if (SplitIdentifierString(pstrdup(*value), ',', &names))
        return true;
    GUC_check_errdetail("List syntax is invalid.");
    return false;
}

// Defines an enum setting, whose value until now is its default.
template <typename Enum>
void define_enum(const char *name, const char *description, const char *details, EnumSetting<Enum> &setting,
                 const config_enum_entry *choices, GucContext context, int flags = 0)
{
    DefineCustomEnumVariable(name, description, details, setting.variable(), *setting.variable(), choices, context,
                             flags, nullptr, nullptr, nullptr);
}

} // namespace

void define_settings()
{
    library_preloaded = process_shared_preload_libraries_in_progress;
    define_enum("pg_follower.deparse_failure",
                "What to do with a command that cannot be written as SQL for the downstream.",
                "\"warning\" lets the command go on and records in the stream that it could not follow; "
                "\"error\" refuses the command.",
                settings.deparse_failure, deparse_failure_values, PGC_SUSET);
    define_enum("pg_follower.on_unsupported",
                "What the downstream does when a command or a row of the upstream cannot follow.",
                "\"record\" adds it to follower.unsupported and goes on; \"stop\" stops the follow.",
                settings.on_unsupported, on_unsupported_values, PGC_SIGHUP);
    DefineCustomIntVariable("pg_follower.max_lag_bytes",
                            "Distance to the upstream beyond which the worker writes a WARNING to the log each minute.",
                            "0 turns that off.", &settings.max_lag_bytes, settings.max_lag_bytes, 0, PG_INT32_MAX,
                            PGC_SIGHUP, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    define_enum("pg_follower.on_conflict",
                "What the downstream does with a row of the upstream that meets a row which was changed here.",
                "\"error\" takes a key that is there already as an error, and rows that are missing as "
                "pg_follower.on_unsupported says; \"upstream\" puts the row of the upstream in the place of the local "
                "one; \"skip\" leaves it out. follow_conflicts counts them.",
                settings.on_conflict, on_conflict_values, PGC_SIGHUP);
    DefineCustomIntVariable(
        "pg_follower.max_conflicts", "Number of conflicts that follower.conflicts keeps for each follow, the newest.",
        nullptr, &settings.max_conflicts, settings.max_conflicts, 0, 1000000, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    define_enum(
        "pg_follower.on_error", "What becomes of a follow that meets an error which does not pass.",
        "\"stop\" has it fail until somebody calls resume_follow or skip_transaction; \"skip_and_record\" leaves "
        "the transaction out, keeps it in follower.skipped, and goes on.",
        settings.on_error, on_error_values, PGC_SIGHUP);
    DefineCustomBoolVariable("pg_follower.user_mappings",
                             "Whether user mappings and subscriptions with a password follow.",
                             "Their passwords are then in the WAL and the stream.", &settings.user_mappings,
                             settings.user_mappings, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    define_enum("pg_follower.roles", "Which commands about roles follow.",
                "\"off\" sends none; \"missing\" creates a role, without login and password, where "
                "another command needs it and it is missing; \"all\" also sends CREATE, ALTER and DROP "
                "ROLE, memberships, and passwords as they are stored. It works where the library is in "
                "shared_preload_libraries.",
                settings.roles, roles_values, PGC_SUSET);
    define_enum("pg_follower.missing_role",
                "What the downstream does with a command of a role that does not exist there.",
                "\"error\" stops the follow; \"worker\" runs the command as the worker's own role.",
                settings.missing_role, missing_role_values, PGC_SIGHUP);
    define_enum("pg_follower.concurrent_indexes",
                "What the downstream does with an index that the upstream made CONCURRENTLY.",
                "\"apply\" makes it where it comes in the stream, in its transaction; \"record\" does not wait for "
                "that, and adds "
                "the command to follower.unsupported, for somebody to run it there with CONCURRENTLY.",
                settings.concurrent_indexes, concurrent_indexes_values, PGC_SIGHUP);
    DefineCustomIntVariable(
        "pg_follower.restart_interval", "Time between the end of a worker by an error and its next try.",
        "It doubles with each try that fails, up to pg_follower.max_restart_interval.", &settings.restart_interval,
        settings.restart_interval, 1, 3600, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.max_restart_interval",
                            "Longest time between the end of a worker by an error and its next try.", nullptr,
                            &settings.max_restart_interval, settings.max_restart_interval, 1, 3600, PGC_SIGHUP,
                            GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.max_retries",
                            "How often an error that does not pass by itself is tried again before the follow fails.",
                            "Lost connections, deadlocks, full disks and the like are tried again for ever.",
                            &settings.max_retries, settings.max_retries, 0, 1000000, PGC_SIGHUP, 0, nullptr, nullptr,
                            nullptr);
    DefineCustomBoolVariable("pg_follower.large_objects", "Whether large objects follow.",
                             "They are looked at as often as sequences, see pg_follower.sequence_interval.",
                             &settings.large_objects, settings.large_objects, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.sequence_interval",
                            "Time between two readings of the positions of the upstream's sequences.",
                            "They are also read for wait_for_follow() and sync_sequences(); with 0, only for these. "
                            "With -1 the positions do not follow.",
                            &settings.sequence_interval, settings.sequence_interval, -1, 86400, PGC_SIGHUP, GUC_UNIT_S,
                            nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.max_batch_rows",
                            "Maximum number of rows of one statement that the worker applies in one go.", nullptr,
                            &settings.max_batch_rows, settings.max_batch_rows, 1, 100000, PGC_SIGHUP, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.max_group_transactions",
                            "Maximum number of upstream transactions that share one commit while catching up.", nullptr,
                            &settings.max_group_transactions, settings.max_group_transactions, 1, 100000, PGC_SIGHUP, 0,
                            nullptr, nullptr, nullptr);
    DefineCustomBoolVariable(
        "pg_follower.streaming", "Whether the upstream sends large transactions while they are open there.",
        "The worker keeps them in temporary files and applies them when they commit, or before, see "
        "pg_follower.max_stream_workers. It tells the upstream when it connects.",
        &settings.streaming, settings.streaming, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.stream_threshold",
                            "Size of the changes of open transactions from which on the upstream sends them.",
                            "Used with pg_follower.streaming: it takes the place of logical_decoding_work_mem in the "
                            "upstream's process.",
                            &settings.stream_threshold, settings.stream_threshold, 64, PG_INT32_MAX, PGC_SIGHUP,
                            GUC_UNIT_KB, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pg_follower.max_stream_workers",
                            "Number of processes of a follow that apply transactions while they are open upstream.",
                            "Used with pg_follower.streaming: each takes a background worker slot here while it has "
                            "something to do. With 0, transactions are applied when they commit.",
                            &settings.max_stream_workers, settings.max_stream_workers, 0, 64, PGC_SIGHUP, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable(
        "pg_follower.copy_workers", "Number of processes of a follow that copy tables at the same time.",
        "The follow's own worker is one of them; each of the others takes a background worker slot "
        "here, and each takes a connection of the upstream.",
        &settings.copy_workers, settings.copy_workers, 1, 64, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "pg_follower.copy_split_size", "Size above which the copy of a table is divided among several processes.",
        "It is the size upstream of all that the table holds, without indexes.", &settings.copy_split_size,
        settings.copy_split_size, 1, 1024 * 1024 * 1024, PGC_SIGHUP, GUC_UNIT_MB, nullptr, nullptr, nullptr);
    // While the worker runs a command, it sets this to the search path of the session that ran the command upstream. As
    // a setting, it reaches parallel workers and ends with the transaction.
    DefineCustomStringVariable(
        "pg_follower.function_search_path",
        "Search path of functions that rows call downstream: of checks, indexes, domains, ...",
        "Functions with a search path of their own keep it. Whoever may create something in one of these schemas can "
        "act as the tables' owners. Empty, which is the default, means the search path of the table's owner, as far as "
        "nobody may create something in its schemas who would gain by it.",
        &settings.function_search_path, "", PGC_SUSET, GUC_LIST_INPUT, check_list, nullptr, nullptr);
    DefineCustomStringVariable("pg_follower.skip_extension_tables",
                               "Tables of extensions whose rows do not follow, though they are configuration tables.",
                               "A list of extensions, for all of their tables, and of tables as schema.table. The "
                               "worker tells the upstream when it connects.",
                               &settings.skip_extension_tables, "cron.job_run_details", PGC_SIGHUP, GUC_LIST_INPUT,
                               check_list, nullptr, nullptr);
    define_enum(function_paths_setting, "Whose search path functions that users wrote get in this process.", nullptr,
                settings.function_paths, function_paths_values, PGC_SUSET,
                GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE);
    define_failpoints();
    MarkGUCPrefixReserved("pg_follower");
}

void apply_fixed_settings()
{
    GucAction action = IsTransactionState() ? GUC_ACTION_SAVE : GUC_ACTION_SET;
    for (const FixedSetting &setting : fixed_settings)
        (void)set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, action, true, 0, false);
    (void)set_config_option(function_paths_setting, "not_read", PGC_SUSET, PGC_S_SESSION, action, true, 0, false);
}

} // namespace pg_follower
