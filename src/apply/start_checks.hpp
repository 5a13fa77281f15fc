// What start_follow checks before it makes anything.
#pragma once

#include "upstream.hpp"

namespace pg_follower::apply {

// Raises ERRCODE_INVALID_PARAMETER_VALUE unless `origins` is "any" or "none".
void check_origins(const char *origins);

// Raises an error, with a hint, where this server cannot start a follow of that name.
void check_downstream(const char *name);

// Raises an error, with a hint, where the upstream cannot be followed, and makes it allow the output plugin.
void check_upstream(Upstream &upstream, bool copy_data);

} // namespace pg_follower::apply
