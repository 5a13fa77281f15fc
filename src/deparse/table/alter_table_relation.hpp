// Subcommands of ALTER TABLE about the relation as a whole.
#pragma once

#include "deparse/table/alter_table_statement.hpp"

namespace pg_follower::deparse {

// Writes a subcommand of this kind; returns false for other kinds.
bool write_relation_subcommand(AlterTable &alter, const Subcommand &subcommand);

} // namespace pg_follower::deparse
