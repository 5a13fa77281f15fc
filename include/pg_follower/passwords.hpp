// What may hold a password, and so is not for every log and every downstream.
#pragma once

namespace pg_follower {

// Whether a connection string may hold one: as a keyword, or in the user part of a URI.
bool may_hold_password(const char *conninfo);

} // namespace pg_follower
