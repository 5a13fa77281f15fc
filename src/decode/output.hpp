// Where the session's output goes: messages to the client, in one of the two forms.
#pragma once

#include "pg_follower/sql_writer.hpp"
#include "session.hpp"

namespace pg_follower::decode {

// Writes the start of the transaction at hand, unless that has been done.
void begin_if_needed(Session &session);

// Form sql: writes one statement, to which it adds the semicolon.
void write_sql(Session &session, const char *sql, int length);
inline void write_sql(Session &session, const SqlWriter &sql)
{
    write_sql(session, sql.c_str(), sql.length());
}

// Form statements: the buffer to which records are appended.
StringInfo pending_message(Session &session);
// Writes the buffer as a message once it is large.
void flush_if_large(Session &session);
void flush(Session &session);

// Form sql: puts the transaction's session into the role, or back into its own for null.
void set_role(Session &session, const char *role);

// Keeps the client and the server informed while a long transaction yields nothing to write.
void count_change(Session &session);

} // namespace pg_follower::decode
