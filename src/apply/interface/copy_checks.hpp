// What start_follow checks before it begins to copy.
#pragma once

#include "apply/state/follow.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Raises ERRCODE_INVALID_PARAMETER_VALUE unless `existing` is "error", "keep" or "replace".
void check_existing(const char *existing);

// Raises an error that lists everything for which the upstream cannot be copied into this database, with what to do
// about each.
void check_copy(Upstream &upstream, const Follow &follow);

} // namespace pg_follower::apply
