// The worker's session: the settings under which it applies, and the roles as which it does.
#pragma once

#include "pg_follower/scope.hpp"

extern "C" {
#include "miscadmin.h"
}

namespace pg_follower::apply {

// Puts the process under the settings of the worker's session, for as long as it lives. Outside of a transaction.
void start_session();

// Puts what follows in the innermost GucScope under the settings for DDL: as a dump restores it, with the search path
// of the upstream's session for functions that users wrote.
void enter_ddl_settings(const char *function_path);

// The security context in which code of `role` runs, so that it gains nothing from running in this process: it can
// neither change the role (SECURITY_LOCAL_USERID_CHANGE) nor leave behind what would run as somebody else later, such
// as temporary objects that hide others or deferred triggers (SECURITY_RESTRICTED_OPERATION). A superuser would gain
// nothing by these.
int security_context_of(Oid role);

// Runs the block as a table's owner, whom no policy of the table holds back.
class OwnerScope {
  public:
    explicit OwnerScope(Oid owner) : user_(owner, security_context_of(owner) | SECURITY_NOFORCE_RLS) {}

  private:
    GucScope settings_;
    UserScope user_;
};

} // namespace pg_follower::apply
