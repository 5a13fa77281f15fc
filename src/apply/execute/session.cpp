// Settings and security contexts of the worker's session. See session.hpp.
#include "apply/execute/session.hpp"

#include "apply/execute/function_path.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_follower::apply {
namespace {

// The settings of the worker's session, whatever ALTER DATABASE ... SET and ALTER ROLE ... SET say. The planner's
// settings restrict the plans of row statements to index lookups: a plan is made once, maybe while the table is empty,
// and must still be good when the table is large.
constexpr FixedSetting session_settings[] = {
    {"role", "none"},
    {"search_path", worker_search_path},
    {function_paths_setting, "rows"},
    {"session_replication_role", "replica"},
    {"synchronous_commit", "off"},
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"row_security", "on"},
    // A database that only the worker is to write may have other defaults for these.
    {"default_transaction_read_only", "off"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_deferrable", "off"},
    {"transform_null_equals", "off"},
    {"jit", "off"},
    {"plan_cache_mode", "force_generic_plan"},
    {"max_parallel_workers_per_gather", "0"},
    {"enable_seqscan", "off"},
    {"enable_hashjoin", "off"},
    {"enable_mergejoin", "off"},
    {"enable_material", "off"},
};

// The same, of settings that only later versions have.
constexpr FixedSetting later_session_settings[] = {
    {"transaction_timeout", "0"}, // 17
};

// DDL is applied under the server's own planner settings, and otherwise as a dump restores it.
constexpr const char *ddl_planner_settings[] = {
    "jit",
    "plan_cache_mode",
    "max_parallel_workers_per_gather",
    "enable_seqscan",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_material",
};
constexpr FixedSetting ddl_settings[] = {
    {function_paths_setting, "commands"},    {"check_function_bodies", "off"},      {"default_tablespace", ""},
    {"default_table_access_method", "heap"}, {"default_toast_compression", "pglz"},
};

void set(const char *name, const char *value, GucAction action)
{
    (void)set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, action, true, 0, false);
}

} // namespace

int security_context_of(Oid role)
{
    return SECURITY_LOCAL_USERID_CHANGE | (superuser_arg(role) ? 0 : SECURITY_RESTRICTED_OPERATION);
}

void start_session()
{
    apply_fixed_settings();
    for (const FixedSetting &setting : session_settings)
        set(setting.name, setting.value, GUC_ACTION_SET);
    for (const FixedSetting &setting : later_session_settings)
        if (GetConfigOption(setting.name, true, false))
            set(setting.name, setting.value, GUC_ACTION_SET);
}

void enter_ddl_settings(const char *function_path)
{
    for (const char *name : ddl_planner_settings)
        set(name, GetConfigOptionResetString(name), GUC_ACTION_SAVE);
    for (const FixedSetting &setting : ddl_settings)
        set(setting.name, setting.value, GUC_ACTION_SAVE);
    set(function_path_setting, function_path, GUC_ACTION_SAVE);
}

} // namespace pg_follower::apply
