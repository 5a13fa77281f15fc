// Which objects of this server were those that the upstream has dropped.
#pragma once

#include "pg_follower/ddl_message.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// To be called once, when the worker of the follow starts.
void start_dropped_objects(int32 follow);

// Notes the object of this server that the upstream's next command drops (a message of DdlKind::dropped).
void note_dropped_object(const DdlMessage &record);

// The number here of an object that had the number `upstream` on the upstream; InvalidOid where it is not known.
Oid find_dropped_object(Oid catalog, Oid upstream);

// Forgets all of a follow that has been dropped.
void forget_dropped_objects(int32 follow);

} // namespace pg_follower::apply
