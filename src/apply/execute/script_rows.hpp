// Scripts of extensions leave the rows of user tables to the stream.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Installs the hooks; called once, when the worker starts.
void install_script_rows();

} // namespace pg_follower::apply
