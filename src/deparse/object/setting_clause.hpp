// Settings (GUCs) that belong to a routine, a role or a database.
#pragma once

#include "deparse/script.hpp"
#include "pg_follower/stored_settings.hpp"

namespace pg_follower::deparse {

// Whether an array of stored settings, or null, has one that changes the role.
bool sets_role(const ArrayType *settings);

// Whether a SET or RESET clause has the server look at a setting that changes the role.
bool sets_role(const VariableSetStmt *statement);

// Appends SET name TO value, where `value` is as the catalogs store it.
void write_set_clause(SqlWriter &out, const char *name, const char *value);

// Appends what an ALTER ... SET or RESET did to the settings of a role (InvalidOid: all roles) in a database
// (InvalidOid: all databases): ` SET name TO value`, ` RESET name` or ` RESET ALL`.
void write_stored_setting(SqlWriter &out, const VariableSetStmt *statement, Oid database, Oid role);

// Appends `head`, the name of the database where it runs, and `tail`, as one statement.
void write_with_database(SqlWriter &out, const char *head, const char *tail);

} // namespace pg_follower::deparse
