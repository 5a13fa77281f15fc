// The table follower.skipped: what transactions of the upstream contained that were left out.
#pragma once

#include "apply/state/state.hpp"

namespace pg_follower::apply {

// A statement of a transaction that is left out.
struct SkippedStatement {
    const char *command; // "INSERT", a command tag, ...
    const char *object;
    const char *role; // that ran it upstream; empty for rows
    const char *sql;  // null where it could not be written, or may hold a password
};

// Adds the statement, the `number`th of its transaction.
void insert_skipped(int32 follow, const NameData &follow_name, const UpstreamTransaction &transaction, int32 number,
                    const SkippedStatement &statement);

} // namespace pg_follower::apply
