// Commands that event triggers do not see, taken where the library is preloaded.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::deparse {

// Installs the hook while the server preloads the library; does nothing in a session that loads it later, which would
// see some commands and miss others.
void install_utility_hook();

} // namespace pg_follower::deparse
