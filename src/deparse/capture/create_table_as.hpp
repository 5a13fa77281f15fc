// The rows of CREATE TABLE AS and SELECT INTO. See create_table_as.cpp.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Installs the hooks that it needs; called once.
void install_create_table_as();

} // namespace pg_follower::deparse
