// Keeps the extension while its database follows.
#pragma once

namespace pg_follower {

// From now on, dropping the extension is an error (ERRCODE_OBJECT_IN_USE) as long as there is a follow in its database.
void install_drop_guard();

} // namespace pg_follower
