// Subcommands of ALTER TABLE about constraints.
#pragma once

#include "deparse/table/alter_table_statement.hpp"

namespace pg_follower::deparse {

// Writes a subcommand of this kind; returns false for other kinds.
bool write_constraint_subcommand(AlterTable &alter, const Subcommand &subcommand);

} // namespace pg_follower::deparse
