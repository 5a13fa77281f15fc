// Named points at which a test has a process fail, in a library that was built for it (make FAILPOINTS=1).
//
// They stand where state changes hands: behind each, a crash leaves something else behind. In any other build they are
// nothing. A file of a point's name in the folder pg_follower_failpoints of the data directory arms it, once: whoever
// reaches the point does what the file says (failpoints.cpp) and takes the file away first. A file outlives a crash,
// and is there for all processes at the same moment.
//
// In the same build, pg_follower.debug_delay has processes sleep at points that chance picks.
#pragma once

#include "pg_follower/pg.hpp"

// All points: the name, the server on which it is reached, and what reaches it. The test 026_failpoints.pl knows the
// steps, and goes through this list.
// clang-format off
#define PGF_FAILPOINTS_LIST(point)                                              \
    point(start_slot_made, downstream, start)                                   \
    point(start_recorded, downstream, start)                                    \
    point(copy_slot_made, downstream, copy)                                     \
    point(schema_taken, downstream, copy)                                       \
    point(schema_made, downstream, copy)                                        \
    point(snapshot_taken, downstream, copy)                                     \
    point(table_copied, downstream, copy)                                       \
    point(table_committed, downstream, copy)                                    \
    point(parts_begun, downstream, copy)                                        \
    point(part_copied, downstream, copy)                                        \
    point(part_index_built, downstream, copy)                                   \
    point(round_copied, downstream, copy)                                       \
    point(copy_ended, downstream, copy)                                         \
    point(stream_opened, downstream, resume)                                    \
    point(statement_defined, downstream, stream)                                \
    point(run_flushed, downstream, stream)                                      \
    point(truncate_applied, downstream, stream)                                 \
    point(ddl_applied, downstream, stream)                                      \
    point(before_commit, downstream, stream)                                    \
    point(after_commit, downstream, stream)                                     \
    point(origin_advanced, downstream, stream)                                  \
    point(origin_marked, downstream, stream)                                    \
    point(before_feedback, downstream, stream)                                  \
    point(after_feedback, downstream, stream)                                   \
    point(sequence_set, downstream, sequences)                                  \
    point(large_object_brought, downstream, sequences)                          \
    point(error_recorded, downstream, failure)                                  \
    point(stop_worker_gone, downstream, stop)                                   \
    point(stop_recorded, downstream, stop)                                      \
    point(worker_stops, downstream, stop)                                       \
    point(resume_recorded, downstream, resume)                                  \
    point(worker_begins, downstream, resume)                                    \
    point(change_recorded, downstream, refresh)                                 \
    point(drop_recorded, downstream, drop)                                      \
    point(before_slot_drop, downstream, drop)                                   \
    point(after_slot_drop, downstream, drop)                                    \
    point(after_origin_drop, downstream, drop)                                  \
    point(command_begins, upstream, stream)                                     \
    point(command_captured, upstream, stream)                                   \
    point(drop_captured, upstream, stream)                                      \
    point(hooked_captured, upstream, stream)                                    \
    point(before_statement_message, upstream, stream)                           \
    point(after_statement_message, upstream, stream)                            \
    point(before_unsupported_message, upstream, stream)                         \
    point(after_unsupported_message, upstream, stream)                          \
    point(before_rewrite_message, upstream, stream)                             \
    point(after_rewrite_message, upstream, stream)                              \
    point(before_drop_message, upstream, stream)                                \
    point(after_drop_message, upstream, stream)                                 \
    point(before_decoded_begin, upstream, stream)                               \
    point(after_decoded_command, upstream, stream)                              \
    point(before_decoded_commit, upstream, stream)                              \
    point(after_decoded_commit, upstream, stream)
// clang-format on

namespace pg_follower {

enum class Failpoint : int {
#define PGF_FAILPOINT_NAME(name, server, step) name,
    PGF_FAILPOINTS_LIST(PGF_FAILPOINT_NAME)
#undef PGF_FAILPOINT_NAME
};

#ifdef PGF_FAILPOINTS

// Defines pg_follower.debug_delay; called once, from define_settings().
void define_failpoints();

// Does what the point is armed with. Raises an error where that is so.
void reach_failpoint(Failpoint point);

#define PGF_FAILPOINT(name) ::pg_follower::reach_failpoint(::pg_follower::Failpoint::name)

#else

inline void define_failpoints() {}

#define PGF_FAILPOINT(name) static_cast<void>(::pg_follower::Failpoint::name)

#endif

} // namespace pg_follower
