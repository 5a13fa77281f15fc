// What start_follow checks before it makes anything.
#pragma once

#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Raises ERRCODE_INVALID_PARAMETER_VALUE unless `origins` is "any" or "none".
void check_origins(const char *origins);

// Raises an error, with a hint, where this server cannot start a follow of that name.
void check_downstream(const char *name);

// What the upstream is found to be, where it can be followed.
struct UpstreamFindings {
    bool preloaded; // the library is in its shared_preload_libraries
};

// How a follow comes to its slot.
enum class SlotSource {
    worker, // the worker makes it, before it copies
    start,  // start_follow makes it
    given,  // somebody has made it
};

// Raises an error, with a hint, where the upstream cannot be followed, and makes it allow the output plugin. The first
// thing that a connection is asked for.
UpstreamFindings check_upstream(Upstream &upstream, SlotSource slot, bool allow_newer);

} // namespace pg_follower::apply
