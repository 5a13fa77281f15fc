// Puts DDL into WAL as authenticated, transactional logical messages. See emit.hpp and common/ddl_message.cpp.
#include "emit.hpp"
#include "roles.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/message.hpp"
#include "pg_follower/names.hpp"

namespace pg_follower {
namespace {

void emit(const DdlMessage &ddl)
{
    StringInfoData content;
    initStringInfo(&content);
    encode_ddl(&content, ddl);
    log_transactional_message(message_prefix, content.data, content.len);
    pfree(content.data);
}

} // namespace

void emit_statement(const char *tag, const char *object, Oid caller, const Statement &statement)
{
    if (statement.run_as == RunAs::caller)
        ensure_role(caller);
    for (Oid role : each_oid(statement.sql.named_roles()))
        ensure_role(role);
    emit({statement.needed == Needed::yes ? DdlKind::statement : DdlKind::optional, tag, object,
          statement.run_as == RunAs::caller ? GetUserNameFromId(caller, false) : "", statement.sql.c_str()});
}

void emit_unsupported(const char *tag, const char *object, const char *reason)
{
    emit({DdlKind::unsupported, tag, object, GetUserNameFromId(GetUserId(), false), reason});
}

} // namespace pg_follower
