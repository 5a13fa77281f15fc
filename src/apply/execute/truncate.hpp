// Applies TRUNCATE.
#pragma once

#include "pg_follower/stream.hpp"
#include "apply/state/progress.hpp"

namespace pg_follower::apply {

// Truncates the record's tables in one command. Rows that wait to be applied must have been applied. Needs a
// transaction.
void apply_truncate(const TruncateRecord &record, Progress &progress);

} // namespace pg_follower::apply
