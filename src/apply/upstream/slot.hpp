// The slot of a follow and the position that this database knows, seen beside each other.
//
// The upstream sends from where the slot was confirmed, so what one copy of a database has confirmed no other copy ever
// gets. Every position is therefore made durable here before the upstream hears of it (Applier::feedback), as the
// position of the follow's replication origin. A slot that is further than that has been used by somebody else: this
// database is a copy, or was restored from an older state.
#pragma once

#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Whether the follow's slot and origin were made for this database. In a copy that CREATE DATABASE ... TEMPLATE made
// they belong to the original.
bool is_of_this_database(const Follow &follow);
// Raises ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE unless it is.
void require_own_follow(const Follow &follow);

// How far the follow has come, as far as this database durably knows. Not for the process whose session has the origin.
XLogRecPtr known_position(const Follow &follow);

// Makes the follow's slot and returns the position from which it has everything. If that is interrupted, ends the
// upstream's process, which would otherwise go on making it.
XLogRecPtr make_slot(Upstream &upstream, const Follow &follow);

// Raises an error, with a hint, unless somebody has made the follow's slot for this database of the upstream, nobody
// uses it, and it still has everything from follow.start_lsn on.
void check_given_slot(Upstream &upstream, const Follow &follow);

// Raises an error unless the connection leads to the server and the database of the follow, and its slot is there,
// if it has been made.
void require_slot(Upstream &upstream, const Follow &follow);

// Whether somebody else has moved the follow's slot on, so that it may be in use by another copy of this database.
bool is_used_by_another(Upstream &upstream, const Follow &follow);

// Raises why the upstream does not send from the follow's slot, after it has refused to. Returns where the slot is not
// the reason.
void check_slot(Upstream &upstream, const Follow &follow, XLogRecPtr known);

} // namespace pg_follower::apply
