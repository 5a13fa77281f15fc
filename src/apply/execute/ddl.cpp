// Applies DDL by SPI. See ddl.hpp.
//
// A statement that may fail runs in a subtransaction. Any other error ends the process (see worker.cpp).
#include "apply/execute/ddl.hpp"

#include "apply/state/error_class.hpp"
#include "apply/execute/extension.hpp"
#include "apply/execute/function_path.hpp"
#include "pg_follower/scope.hpp"
#include "apply/execute/role_settings.hpp"
#include "apply/execute/roles.hpp"
#include "apply/execute/script_rows.hpp"
#include "apply/execute/session.hpp"
#include "apply/state/spi.hpp"
#include "apply/state/state.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace pg_follower::apply {
namespace {

// Runs a statement as `role`. Whatever code of a user it calls must gain nothing from running in this process
// (security_context_of). The script of an extension runs as a superuser and may need temporary objects. A clause that
// sets the role later is accepted only outside such bounds (role_settings.hpp).
void run(const DdlMessage &record, Oid role)
{
    GucScope settings;
    enter_ddl_settings(record.search_path);
    require_extension(record);
    int context = *record.extension ? SECURITY_LOCAL_USERID_CHANGE : security_context_of(role);
    UserScope scope(role, needs_role_free(record, role) ? 0 : context);
    ErrorContextScope hint(hint_at_restricted_path, nullptr);
    SpiScope spi;
    check_result(SPI_execute(record.sql, false, 0));
    forget_function_paths();
}

// Whether the error may say that this server does not know what the statement is about. Such a command is one that
// cannot follow; what comes later to an object that it would have made cannot follow either.
bool is_of_unknown_words(int sqlstate)
{
    return sqlstate == ERRCODE_INVALID_PARAMETER_VALUE ||
           ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_FEATURE_NOT_SUPPORTED ||
           (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION &&
            sqlstate != ERRCODE_INSUFFICIENT_PRIVILEGE);
}

} // namespace

void Ddl::start(Progress *progress)
{
    progress_ = progress;
    install_script_rows();
}

const char *Ddl::apply(const DdlMessage &record)
{
    const char *shown_sql = record.holds_secret ? nullptr : record.sql;
    progress_->position.set(record.tag, nullptr, record.object, shown_sql);
    if (record.cluster_wide && same_cluster_)
        return nullptr;
    show_activity(*progress_, &record, shown_sql);
    progress_->shown = nullptr;

    const char *reason = nullptr;
    Oid role = role_of(record, &reason);
    if (reason)
        return reason;
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner resource_owner = CurrentResourceOwner;
    bool optional = record.kind == DdlKind::optional;
    bool guarded = optional || newer_upstream_;
    // It is volatile because it is set between PG_TRY and a longjmp.
    ErrorData *volatile failure = nullptr;
    if (guarded) {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(context);
    }
    oldest_visible_xid_ = apply::oldest_visible_xid();
    applying_ = true;
    PG_TRY();
    {
        run(record, role);
        if (guarded) {
            ReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = resource_owner;
        }
    }
    PG_CATCH();
    {
        // The context of an error holds the text of the statement, which no log may show where it holds a secret.
        if (!guarded && !record.holds_secret)
            PG_RE_THROW();
        MemoryContextSwitchTo(context);
        failure = CopyErrorData();
        FlushErrorState();
        if (guarded) {
            RollbackAndReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(context);
            CurrentResourceOwner = resource_owner;
        }
    }
    PG_END_TRY();
    bool cannot_follow = failure && (optional || (guarded && is_of_unknown_words(failure->sqlerrcode)));
    applying_ = failure && (!cannot_follow || is_of_the_moment(failure->sqlerrcode));
    if (!failure) {
        ++progress_->counts.ddl;
        return nullptr;
    }
    if (!applying_)
        return failure->message;
    ereport(ERROR, (errcode(failure->sqlerrcode), errmsg_internal("%s", failure->message),
                    failure->detail ? errdetail_internal("%s", failure->detail) : 0,
                    failure->hint ? errhint("%s", failure->hint) : 0));
    pg_unreachable();
}

} // namespace pg_follower::apply
