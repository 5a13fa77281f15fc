// DDL, which comes as logical messages.
#pragma once

#include "decode/session.hpp"

namespace pg_follower::decode {

// Writes what the content of a logical message says, if an event trigger made it.
void send_message(Session &session, const char *content, size_t size);

// Writes a DDL message, or what could not follow, in the session's form.
void write_ddl(Session &session, const DdlMessage &ddl);

} // namespace pg_follower::decode
