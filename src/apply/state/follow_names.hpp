// The names of a follow's slot and origin, which tell people whose they are, and the calls that hints name.
//
// The slot, upstream: pg_follower_DATABASE_FOLLOW_NUMBER, where the names of the downstream database and of the follow
// stand as far as they fit, and the number is the follow's, which is random. One that a user has made has any name with
// the same beginning. The origin, here: the same, with the
// database's OID behind pg_follower_. Origins belong to the cluster, so they can be read from every database.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

inline constexpr const char *slot_name_prefix = "pg_follower_";

void write_slot_name(NameData &slot, const char *database, const char *follow, int32 id);
const char *origin_name(Oid database, const char *slot);

// A call of one of our functions for a follow, as a hint names it: resume_follow() or resume_follow('NAME'). An
// argument comes behind the name: drop_follow('NAME', force => true).
const char *call_for(const char *function, const char *follow, const char *argument = "");

// The hint of an error with errcode_begin_anew, for a follow of that name.
const char *how_to_begin_anew(const char *follow);

// An origin of a follow, whose database may be gone.
struct FollowOrigin {
    const char *name;
    Oid database;
    const char *slot;
};

// The origins of all follows of the cluster, a List of FollowOrigin.
List *all_follow_origins();
// Those of them whose database has been dropped. It took the connection string along, so nobody can drop the slot from
// here.
List *origins_left_behind();

} // namespace pg_follower::apply
