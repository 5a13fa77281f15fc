// Whether the upstream still has the history that was followed.
//
// A position in WAL says nothing by itself: a server that was restored from an older state, or a standby that was
// promoted too early, comes to the same positions with other contents. What this database has would then be missing
// there, and what is written there up to the known position would never follow.
#pragma once

#include "apply/state/follow.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Raises errcode_begin_anew unless the connection leads to the server that is followed, or to one that was made of it,
// and its WAL has everything up to `known`. A standby that is not there yet is an error that passes. Returns the
// timeline to be kept with the follow: 0 where it is not certain, because the upstream is a standby, which may be
// promoted at any moment.
TimeLineID check_history(Upstream &upstream, const Follow &follow, XLogRecPtr known);

} // namespace pg_follower::apply
