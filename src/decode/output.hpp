// Where the session's output goes: messages to the client, in one of the two forms.
#pragma once

#include "pg_follower/sql_writer.hpp"
#include "decode/session.hpp"

namespace pg_follower::decode {

// Writes the start of the transaction at hand, and where the changes that come were committed before, unless that has
// been done.
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
// Takes what stands in the buffer behind `length` bytes away again.
void drop_pending(Session &session, int length);

// Form sql: puts the transaction's session into the role, or back into its own for null.
void set_role(Session &session, const char *role);

// Says where the messages of the change at hand belong. Usually that is where the change comes in the transaction. A
// change that was made while the script of an extension ran belongs behind the command that runs the script downstream,
// which comes at the script's end, because a row may name what the script made before it (an event trigger's row, of
// type regclass).
void place_output(Session &session, bool in_script);
// Holds messages back from now on.
void hold_output(Session &session);
// Holds back no more, but keeps what has been held back.
void stop_holding(Session &session);
// Writes what has been held back, and holds back no more.
void release_output(Session &session);

// Keeps the client and the server informed while a long transaction yields nothing to write.
void count_change(Session &session);

} // namespace pg_follower::decode
